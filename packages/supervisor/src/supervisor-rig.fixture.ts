import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Container, ObjectOf, Pod, PodSpec, ResourceName } from "@ordinal/api";
import type { Client, Ref } from "@ordinal/client";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { createRegistry } from "@ordinal/server";
import { openStore } from "@ordinal/store";
import type { PodRuntime } from "./pod-runtime.ts";
import { createProcessRuntime } from "./runtime/process/create-process-runtime.ts";
import { createSandboxRuntime } from "./runtime/sandbox/create-sandbox-runtime.ts";
import { startSupervisor, type StopHow, type Supervisor } from "./supervisor.ts";

/** A real API over a real store, and a supervisor with real processes on it. */
export interface Rig {
  readonly client: Client;
  readonly dataDir: string;
  /** Where the user's image profiles are. */
  readonly imagesDir: string;
  readonly supervisor: Supervisor;
  readonly runtime: PodRuntime;
  /** Ends the supervisor as told, and starts another one on the same data. */
  restart(how: StopHow): Promise<void>;
  /** Ends everything, pods included, and removes all files. */
  tearDown(): Promise<void>;
  /** Makes a pod that is bound to the node already. */
  run(
    name: string,
    spec: Omit<Partial<PodSpec>, "containers"> & { readonly container?: Partial<Container> },
    labels?: Record<string, string>,
  ): Promise<Pod>;
  pod(name: string): Promise<Pod>;
  /** Waits until an object of the namespace is so. `type` is that of the watch event. */
  until<R extends ResourceName>(
    resource: R,
    at: Partial<Ref>,
    isSo: (object: ObjectOf<R>, type: string) => boolean,
  ): Promise<ObjectOf<R>>;
  /** Waits until the pod is so. */
  podThat(name: string, isSo: (pod: Pod) => boolean): Promise<Pod>;
  podGone(uid: string): Promise<void>;
  /** Waits for an event of this reason about something of this name, with this in its message. */
  event(name: string, reason: string, part?: string): Promise<string>;
}

const namespace = "default";
const patience = 20_000;

/** Pods are plain processes, or sandboxes when asked for, which needs an outer namespace. */
export async function startRig(kind: "process" | "sandbox" = "process"): Promise<Rig> {
  const root = await mkdtemp(join(tmpdir(), "ordinal-supervisor-"));
  const imagesDir = join(root, "images");
  await mkdir(imagesDir);
  const store = await openStore({ dir: join(root, "store") });
  const client = await createRegistry({ store, clock: systemClock });
  for (const name of ["default", "kube-system", "kube-node-lease"])
    await client.create("namespaces", { metadata: { name } });
  // Tests of several people may run on one machine at once.
  const podCidr = `127.${100 + Math.floor(Math.random() * 100)}.${Math.floor(Math.random() * 256)}.0/24`;

  let parts: StopStack;
  let supervisor: Supervisor;
  let runtime: PodRuntime;
  async function start(): Promise<void> {
    parts = createStopStack();
    const common = { stateDir: join(root, "pods"), clock: systemClock, log: silentLogger };
    const ranges = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" };
    const made = parts.add(
      kind === "process"
        ? await createProcessRuntime({ ...common, podCidr })
        : await createSandboxRuntime({ ...common, ...ranges, hiddenPaths: [root] }),
    );
    runtime = made;
    supervisor = await startSupervisor({
      client,
      runtime,
      clock: systemClock,
      log: silentLogger,
      dataDir: root,
      images: [resolve(import.meta.dirname, "../../../config/images"), imagesDir],
      clusterDomain: "cluster.local",
      dnsAddress: "127.96.0.10",
      crashBackoff: { baseMs: 200, capMs: 1_000 },
      namesBoundMs: 2_000,
      emptyDirLookMs: 100,
    });
  }
  await start();

  async function until<R extends ResourceName>(
    resource: R,
    at: Partial<Ref>,
    isSo: (object: ObjectOf<R>, type: string) => boolean,
  ): Promise<ObjectOf<R>> {
    const signal = AbortSignal.timeout(patience);
    const fieldSelector =
      at.name === undefined ? [] : [{ operator: "in" as const, key: "metadata.name", values: [at.name] }];
    const seen: string[] = [];
    for await (const { object, type } of client.watch(resource, {
      ...(at.namespace === "" ? {} : { namespace: at.namespace ?? namespace }),
      fieldSelector,
      signal,
    })) {
      if (isSo(object, type)) return object;
      seen.push(`${type} ${JSON.stringify("status" in object ? object.status : object)}`);
    }
    throw new Error(`waited in vain for ${resource} ${at.name ?? ""}; saw\n${seen.join("\n")}`);
  }

  const podThat: Rig["podThat"] = (name, isSo) =>
    until("pods", { name }, (pod, type) => type !== "DELETED" && isSo(pod));
  return {
    client,
    until,
    dataDir: root,
    imagesDir,
    get supervisor() {
      return supervisor;
    },
    get runtime() {
      return runtime;
    },
    async restart(how) {
      await supervisor.stop(how);
      await parts.stop();
      await start();
    },
    async tearDown() {
      await supervisor.stop({ keepPods: false, graceMs: 0 });
      await parts.stop();
      await store.stop();
      await rm(root, { recursive: true, force: true });
    },
    run: (name, { container = {}, ...spec }, labels = {}) =>
      client.create("pods", {
        metadata: { name, namespace, labels },
        spec: { nodeName: "ordinal", containers: [{ name: "main", image: "host", ...container }], ...spec },
      }),
    pod: (name) => client.get("pods", { namespace, name }),
    podThat,
    async podGone(uid) {
      const { items } = await client.list("pods", { namespace });
      if (items.some((pod) => pod.metadata.uid === uid))
        await until("pods", {}, (pod, type) => type === "DELETED" && pod.metadata.uid === uid);
    },
    async event(name, reason, part = "") {
      const found = await until(
        "events",
        {},
        (event) =>
          event.involvedObject.name === name && event.reason === reason && event.message?.includes(part) === true,
      );
      return found.message ?? "";
    },
  };
}

/** A shell command as a container. */
export function sh(script: string, more: Partial<Container> = {}): { readonly container: Partial<Container> } {
  return { container: { command: ["sh", "-c", script], ...more } };
}

/** The pid of a pod's container. */
export function pidOf({ runtime }: Rig, pod: Pod, attempt = 0): number {
  const [container] = pod.spec.containers;
  const state = runtime.stateOf({ podUid: pod.metadata.uid, container: container?.name ?? "", attempt });
  return state?.is === "running" ? state.pid : 0;
}

/** Whether a process of this pid is there. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
