import { finalizers, isTerminating, type PersistentVolumeClaim, type Result } from "@ordinal/api";
import { atMost, describeError, type Stoppable } from "@ordinal/runtime";
import type { VolumeFiller, VolumePlan, VolumeRequest } from "../backend/volume-backend.ts";
import { dataSourceOf } from "./controller/data-source.ts";
import type { SnapshotOptions } from "./controller/snapshot-options.ts";
import { hasFinalizer, withFinalizer } from "./controller/source-protection.ts";
import { describeConsistency } from "./copy/consistency.ts";
import type { VolumeCopy } from "./copy/copy-volume.ts";
import { freezeFor } from "./freeze/volume-freeze.ts";
import { createProgressReport } from "./progress.ts";
import { resolveSource, type Source } from "./resolve-source.ts";
import { fillVolume } from "./store/fill-volume.ts";
import { dataOf, placeOfHandle } from "./store/layout.ts";
import { missingFrom } from "./store/manifest.ts";
import type { CopyRequest } from "./store/snapshot-store.ts";

/** How many volumes are filled at once; the others wait. */
const mostAtOnce = 2;

/** Fills new volumes from snapshots and from other claims: `dataSource` and `dataSourceRef`. */
export function createContentFiller(options: SnapshotOptions): VolumeFiller & Stoppable {
  const { backends, bases, claims, client, clock, disk, events, store } = options;
  const ending = new AbortController();
  const slots = atMost(mostAtOnce);
  const running = new Set<Promise<unknown>>();

  async function fill(plan: VolumePlan, request: VolumeRequest): Promise<Result<void, string>> {
    const source = dataSourceOf(request.claim);
    if (source === undefined) return { ok: true, value: undefined };
    if (ending.signal.aborted) return { ok: false, error: describeError(ending.signal.reason) };
    const resolved = await resolveSource(source, { client, request });
    if (!resolved.ok) return resolved;
    const unwanted = abortWhenGone(request.claim);
    const signal = AbortSignal.any([ending.signal, unwanted.signal]);
    try {
      const work = slots(async () => await copy(resolved.value, { plan, request, signal }));
      running.add(work);
      return await work.finally(() => running.delete(work));
    } catch (error) {
      if (signal.aborted) return { ok: false, error: describeError(signal.reason) };
      throw error;
    } finally {
      unwanted.end();
    }
  }

  interface Filling {
    readonly plan: VolumePlan;
    readonly request: VolumeRequest;
    readonly signal: AbortSignal;
  }

  async function copy(source: Source, filling: Filling): Promise<Result<void, string>> {
    filling.signal.throwIfAborted();
    switch (source.is) {
      case "snapshot": {
        const place = placeOfHandle(source.handle, bases.list());
        if (!place.ok) return place;
        return await store.reading(place.value, async () => {
          if ((await store.read(place.value)) === undefined)
            return { ok: false, error: `there is no snapshot ${source.handle}` };
          return await copyFrom({ from: dataOf(place.value) }, { ...filling, isOfMoment: true });
        });
      }
      case "claim": {
        const { provisioner } = filling.request.storageClass;
        const place = backends.get(provisioner)?.placeOf(source.volume);
        if (place?.ok !== true) return { ok: false, error: place?.error ?? `${provisioner} is not here` };
        await protect(source.claim);
        const from = place.value.path;
        return await copyFrom({ from, freeze: freezeFor(provisioner, from, options) }, filling);
      }
      default:
        return source satisfies never;
    }
  }

  async function protect(claim: PersistentVolumeClaim): Promise<void> {
    if (hasFinalizer(claim, finalizers.cloningProtection)) return;
    await client.update("persistentvolumeclaims", withFinalizer(claim, finalizers.cloningProtection));
  }

  async function copyFrom(
    wanted: Omit<CopyRequest, "signal">,
    { plan, request, signal, isOfMoment = false }: Filling & { readonly isOfMoment?: boolean },
  ): Promise<Result<void, string>> {
    const { claim, storageClass } = request;
    const recorder = events(storageClass.provisioner);
    const onProgress = createProgressReport(clock, (message) =>
      recorder.record(claim, { type: "Normal", reason: "CopyProgress", message }),
    );
    const filled = await fillVolume(plan, { disk, store, wanted: { ...wanted, signal, onProgress } });
    if (!filled.ok) return filled;
    const words = filled.value === undefined ? undefined : wordsOf(filled.value, isOfMoment);
    if (words !== undefined) recorder.record(claim, { type: "Warning", reason: "CopyNotConsistent", message: words });
    return { ok: true, value: undefined };
  }

  /** A claim that is gone needs no volume any more. */
  function abortWhenGone(claim: PersistentVolumeClaim): { readonly signal: AbortSignal; end(): void } {
    const gone = new AbortController();
    const { uid } = claim.metadata;
    const end = claims.onChange(({ before, after }) => {
      if (before?.metadata.uid !== uid) return;
      if (after?.metadata.uid !== uid || isTerminating(after)) gone.abort(new Error("the claim is being deleted"));
    });
    return { signal: gone.signal, end };
  }

  return {
    wants: (claim) => dataSourceOf(claim) !== undefined,
    fill,
    async stop() {
      ending.abort(new Error("the provisioner is being stopped"));
      await Promise.allSettled(running);
    },
  };
}

/** What is to be told about a copy that is not as good as it could be. What lies in a snapshot does not change any more. */
function wordsOf(copy: VolumeCopy, isOfMoment: boolean): string | undefined {
  const missing = missingFrom(copy);
  const isSound = isOfMoment || copy.consistency.is === "crash-consistent";
  if (isSound && missing.length === 0) return undefined;
  const parts = isSound ? [] : [describeConsistency(copy.consistency)];
  if (missing.length > 0) parts.push(`not in the copy: ${missing.join(", ")}`);
  return parts.join("; ");
}
