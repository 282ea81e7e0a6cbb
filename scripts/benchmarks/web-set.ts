import { join } from "node:path";
import { isPodReady, type Pod } from "@ordinal/api";
import { createHttpsClient, loadKubeconfig, startInformer, type Client, type Informer } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";

/** The StatefulSet `web` of the benchmarks, its pods as this client sees them, and a service that governs them. */
export interface WebSet {
  readonly client: Client;
  readonly pods: Informer<Pod>;
  /** Waits until there are exactly this many pods and all are Ready. */
  untilReady(count: number): Promise<void>;
  /** Deletes the set and waits until its pods are gone. */
  remove(): Promise<void>;
  close(): Promise<void>;
}

/** Connects over HTTPS as any client does, and creates the service `nginx`. */
export async function createWebSet(dataDir: string): Promise<WebSet> {
  const access = await loadKubeconfig(join(dataDir, "kubeconfig"));
  const client = createHttpsClient({ access, clock: systemClock, log: silentLogger });
  const pods = startInformer("pods", { client, clock: systemClock, log: silentLogger });
  await pods.synced;
  await client.create("services", {
    metadata: { name: "nginx", namespace: "default" },
    spec: { clusterIP: "None", selector: { app: "web" }, ports: [{ name: "web", port: 80 }] },
  });
  const ours = (): readonly Pod[] => pods.list().filter((pod) => pod.metadata.labels?.["app"] === "web");

  return {
    client,
    pods,
    untilReady: async (count) => await until(pods, () => ours().length === count && ours().every(isPodReady)),
    async remove() {
      const { items } = await client.list("statefulsets", { namespace: "default" });
      for (const { metadata } of items)
        await client.delete("statefulsets", { namespace: "default", name: metadata.name });
      await until(pods, () => ours().length === 0);
    },
    async close() {
      await pods.stop();
      await client.stop();
    },
  };
}

/** The set's manifest; `container` is laid over its one container. */
export function webSet(replicas: number, container: object) {
  const web = {
    name: "web",
    image: "nginx:1.9.1",
    ports: [{ containerPort: 80, name: "web" }],
    volumeMounts: [{ name: "www", mountPath: "/usr/share/nginx/html/data" }],
    ...container,
  };
  return {
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "web", namespace: "default" },
    spec: {
      serviceName: "nginx",
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [web] } },
      volumeClaimTemplates: [
        {
          metadata: { name: "www" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  };
}

/** Waits until a look at an informer's copy is true, looking again after every change. */
export async function until<T>(informer: Informer<T>, look: () => boolean): Promise<void> {
  if (look()) return;
  await new Promise<void>((resolve) => {
    const end = informer.onChange(() => {
      if (!look()) return;
      end();
      resolve();
    });
  });
}
