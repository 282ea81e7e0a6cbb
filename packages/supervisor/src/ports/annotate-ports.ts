import { annotations, isApiError, type Pod } from "@ordinal/api";
import { keyOf, refOf, type Client, type Informer } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import { portKey, showPorts } from "./assign-ports.ts";
import type { PortBook } from "./port-book.ts";

export interface PortAnnotatorOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly pods: Informer<Pod>;
  readonly book: PortBook;
}

/** Writes each pod's localhost ports into its annotation, where the proxy reads them. */
export function startPortAnnotator({ client, clock, log, pods, book }: PortAnnotatorOptions): Stoppable {
  const loop = startReconcileLoop({ name: "localhost ports", reconcile, clock, log });

  async function reconcile(key: string): Promise<void> {
    const pod = pods.get(key);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
    const { name, namespace = "", uid } = pod.metadata;
    const ports = tcpPorts(pod);
    const pairs: [number, number][] = [];
    for (const port of ports) pairs.push([port, await book.portFor(portKey({ namespace, name, port }))]);
    const wanted = showPorts(pairs);
    if (wanted === (pod.metadata.annotations?.[annotations.localhostPorts] ?? "")) return;
    try {
      const body = { metadata: { uid, annotations: { [annotations.localhostPorts]: wanted } } };
      await client.patch("pods", refOf(key), { type: "merge", body });
    } catch (error) {
      // It is gone, or another pod has its name by now.
      if (!isApiError(error, "NotFound", "Conflict")) throw error;
    }
  }

  pods.onChange(({ after }) => {
    if (after !== undefined) loop.enqueue(keyOf(after));
  });
  for (const pod of pods.list()) loop.enqueue(keyOf(pod));
  return loop;
}

/** The container ports of a pod that speak TCP, each once, in the order of the spec. */
export function tcpPorts(pod: Pod): readonly number[] {
  const sidecars = (pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  const ports = [...pod.spec.containers, ...sidecars].flatMap((container) => container.ports ?? []);
  return [...new Set(ports.filter(({ protocol = "TCP" }) => protocol === "TCP").map((port) => port.containerPort))];
}
