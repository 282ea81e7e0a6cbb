import { annotations, isApiError, type PersistentVolumeClaim, type StorageClass } from "@ordinal/api";
import { keyOf, refOf, type Happening } from "@ordinal/client";
import { describeError, startReconcileLoop, unreachable, type Outcome, type Stoppable } from "@ordinal/runtime";
import { makeVolume } from "./make-volume.ts";
import { asksForVolume, planClaim, provisionerOf, volumeName, type ClaimWorld } from "./plan-claim.ts";
import type { ProvisionOptions } from "./provision-options.ts";
import { createRetries } from "./retries.ts";
import { areSynced } from "./synced.ts";
import { undo } from "./undo.ts";

export interface Provisioning extends Stoppable {
  /** Tries the claims again whose last try has failed, because something they depend on has changed. */
  retryFailing(): void;
}

/** What the informer of claims needs as indexes for this. */
export const claimIndexes = { uid: (claim: PersistentVolumeClaim): readonly string[] => [claim.metadata.uid] };

/**
 * Makes a volume for every claim that asks one of the backends, and takes back what was begun for claims that have gone.
 * Keyed by uid: another claim of the same name is another claim. Source: sig-storage-lib `syncClaim`.
 */
export function startProvisioning(options: ProvisionOptions): Provisioning {
  const { backends, claims, classes, client, clock, events, journal, log, nodes, nodeName, volumes } = options;
  const retries = createRetries(options.retryMs);
  const failing = new Set<string>();
  // Many at once, because most of its time each waits for the disk.
  const loop = startReconcileLoop({ name: "provisioning", reconcile, clock, log, concurrency: 64, capMs: 15_000 });
  const world: ClaimWorld = {
    nodeName,
    node: (name) => nodes.get(name),
    storageClass: (name) => classes.get(name),
    hasVolume: (name) => volumes.get(name) !== undefined,
    isOurs: (provisioner) => backends.has(provisioner),
  };

  const listening = [
    claims.onChange(({ before, after }) => {
      // A claim that was deleted and made anew under its name comes as one change.
      if (before !== undefined && before.metadata.uid !== after?.metadata.uid) changed(before.metadata.uid, undefined);
      if (after !== undefined) changed(after.metadata.uid, after);
    }),
    volumes.onChange(({ before, after }) => {
      if (before === undefined && after !== undefined) options.occupancy.release(after.metadata.name);
      // The directory of the volume that has gone may be what a claim waits for.
      if (after === undefined) retryFailing();
    }),
    classes.onChange(retryFailing),
    nodes.onChange(({ before, after }) => {
      if (JSON.stringify(before?.metadata.labels) !== JSON.stringify(after?.metadata.labels)) retryFailing();
    }),
  ];
  for (const { volume } of journal.list()) loop.enqueue(volume.spec.claimRef?.uid ?? "");

  function changed(uid: string, claim: PersistentVolumeClaim | undefined): void {
    const isBegun = failing.has(uid) || journal.get(volumeName(uid)) !== undefined;
    if (!isBegun && (claim === undefined || !asksForVolume(claim))) return;
    if (retries.isWaiting(uid)) retries.clear(uid);
    loop.enqueue(uid);
  }

  function retryFailing(): void {
    for (const uid of failing) {
      retries.clear(uid);
      loop.enqueue(uid);
    }
  }

  async function reconcile(uid: string, signal: AbortSignal): Promise<Outcome> {
    if (!(await areSynced([claims, volumes, classes, nodes], signal))) return {};
    const claim = claims.by("uid", uid).at(0);
    const problem = await step(uid, claim).catch((error: unknown) => describeError(error));
    if (problem === undefined) {
      retries.clear(uid);
      failing.delete(uid);
      return {};
    }
    if (options.ending.aborted) return {};
    if (claim !== undefined) {
      const className = claim.spec.storageClassName ?? "";
      const message = `failed to provision volume with StorageClass "${className}": ${problem}`;
      say(claim, { type: "Warning", reason: "ProvisioningFailed", message });
    }
    failing.add(uid);
    const againMs = retries.failed(uid);
    log.debug("could not provide for a claim, trying again", { uid, problem, againMs });
    return { againMs };
  }

  /** Undefined when there is nothing more to do now, or what stands against it. */
  async function step(uid: string, claim: PersistentVolumeClaim | undefined): Promise<string | undefined> {
    const planned = planClaim(claim, world);
    switch (planned.do) {
      case "nothing":
        return undefined;
      case "close":
        await takeBack(uid);
        return undefined;
      case "refuse":
        return planned.because;
      case "reschedule":
        await forgetNode(planned.claim);
        return planned.because;
      case "provide":
        return await provide(planned.claim, planned.storageClass);
      default:
        return unreachable(planned);
    }
  }

  async function takeBack(uid: string): Promise<void> {
    const intent = journal.get(volumeName(uid));
    if (intent !== undefined) await undo(intent, options);
  }

  async function provide(claim: PersistentVolumeClaim, storageClass: StorageClass): Promise<string | undefined> {
    const backend = backends.get(storageClass.provisioner);
    if (backend === undefined) return undefined;
    const message = `External provisioner is provisioning volume for claim "${keyOf(claim)}"`;
    say(claim, { type: "Normal", reason: "Provisioning", message });
    const made = await makeVolume({ claim, storageClass, nodeName }, { backend, ...options });
    if (!made.ok) return made.error;
    const done = `Successfully provisioned volume ${volumeName(claim.metadata.uid)}`;
    say(claim, { type: "Normal", reason: "ProvisioningSucceeded", message: done });
    return undefined;
  }

  /** Without the annotation, the scheduler chooses again. Source: sig-storage-lib `rescheduleProvisioning`. */
  async function forgetNode(claim: PersistentVolumeClaim): Promise<void> {
    const { uid, resourceVersion } = claim.metadata;
    const body = { metadata: { uid, resourceVersion, annotations: { [annotations.selectedNode]: null } } };
    await client
      .patch("persistentvolumeclaims", refOf(keyOf(claim)), { type: "merge", body })
      .catch((error: unknown) => {
        if (!isApiError(error, "NotFound", "Conflict")) throw error;
      });
  }

  function say(claim: PersistentVolumeClaim, happening: Happening): void {
    events(provisionerOf(claim) ?? "").record(claim, happening);
  }

  return {
    retryFailing,
    async stop() {
      for (const end of listening) end();
      await loop.stop();
    },
  };
}
