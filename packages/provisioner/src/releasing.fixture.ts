import { startInformer, type Client } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";

/** Stands in for the binding controller where no claims are bound: volumes whose claim has gone become Released. */
export function startReleasing(options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}): Stoppable {
  const { client, clock, log } = options;
  const claims = startInformer("persistentvolumeclaims", options);
  const volumes = startInformer("persistentvolumes", options);
  const loop = startReconcileLoop({ name: "releasing", reconcile, clock, log });
  claims.onChange(({ before, after }) => {
    if (before !== undefined && after?.metadata.uid !== before.metadata.uid) loop.enqueue(`pvc-${before.metadata.uid}`);
  });
  volumes.onChange(({ after }) => {
    if (after !== undefined) loop.enqueue(after.metadata.name);
  });

  async function reconcile(name: string): Promise<void> {
    await Promise.all([claims.synced, volumes.synced]);
    const volume = volumes.get(name);
    const uid = volume?.spec.claimRef?.uid;
    const phase = volume?.status?.phase;
    if (uid === undefined || phase === "Released" || phase === "Failed" || phase === "Available") return;
    if (claims.list().some(({ metadata }) => metadata.uid === uid)) return;
    // The informer may be behind a claim that has come just now.
    const { items } = await client.list("persistentvolumeclaims");
    if (items.some(({ metadata }) => metadata.uid === uid)) return;
    const body = { status: { phase: "Released" } };
    await client.patch("persistentvolumes", { name }, { type: "merge", body, subresource: "status" });
  }

  return {
    async stop() {
      await Promise.all([claims.stop(), volumes.stop(), loop.stop()]);
    },
  };
}
