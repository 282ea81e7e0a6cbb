import { finalizers } from "@ordinal/api";
import { startInformer, type Client } from "@ordinal/client";
import { startReconcileLoop, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";

/** Stands in for the protection controllers where no pod is: terminating claims and unbound volumes are let go of at once. */
export function startLettingGo(options: {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
}): Stoppable {
  const { client, clock, log } = options;
  const watched = (["persistentvolumeclaims", "persistentvolumes"] as const).map((resource) => {
    const informer = startInformer(resource, options);
    const loop = startReconcileLoop({ name: `letting go of ${resource}`, clock, log, reconcile });
    informer.onChange(({ after }) => {
      if (after?.metadata.deletionTimestamp !== undefined) loop.enqueue(after.metadata.name);
    });
    return { informer, loop };

    async function reconcile(name: string): Promise<void> {
      const object = informer.list().find((each) => each.metadata.name === name);
      if (
        object?.metadata.deletionTimestamp === undefined ||
        (object.status?.phase === "Bound" && resource === "persistentvolumes")
      )
        return;
      const held = object.metadata.finalizers ?? [];
      const rest = held.filter((each) => each !== finalizers.claimProtection && each !== finalizers.volumeProtection);
      if (rest.length < held.length)
        await client.update(resource, { ...object, metadata: { ...object.metadata, finalizers: rest } });
    }
  });

  return {
    async stop() {
      await Promise.all(watched.flatMap(({ informer, loop }) => [informer.stop(), loop.stop()]));
    },
  };
}
