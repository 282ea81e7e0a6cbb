import {
  annotations,
  isApiError,
  quantityValue,
  type PersistentVolume,
  type VolumeSnapshot,
  type VolumeSnapshotContent,
} from "@ordinal/api";
import {
  describeError,
  startReconcileLoop,
  timestamp,
  unreachable,
  type Outcome,
  type Stoppable,
} from "@ordinal/runtime";
import { createProgressReport } from "../progress.ts";
import { pathOfSnapshot, placeOfHandle, type SnapshotPlace } from "../store/layout.ts";
import type { SnapshotManifest } from "../store/manifest.ts";
import { freezeFor } from "../freeze/volume-freeze.ts";
import { isBeingDeleted, planContent } from "./plan-content.ts";
import type { SnapshotOptions } from "./snapshot-options.ts";
import { volumeHandleOf } from "./volume-driver.ts";
import { areSynced } from "../../provision/synced.ts";

type Status = NonNullable<VolumeSnapshotContent["status"]>;

/** How many snapshots are made at once. */
const concurrency = 2;

/**
 * Makes and removes the bytes that contents stand for, and tells in their status what there is: the part of the
 * csi-snapshotter. The bytes come after the object, and go before it.
 */
export function startContentController(options: SnapshotOptions): Stoppable {
  const { backends, bases, client, clock, contents, events, log, snapshots, store, volumes } = options;
  /** What is being made, by the content's uid. */
  const making = new Map<string, AbortController>();
  const loop = startReconcileLoop({ name: "snapshots' contents", reconcile, clock, log, concurrency, capMs: 15_000 });
  const stopListening = contents.onChange(({ after }) => {
    if (after === undefined) return;
    const { name, uid } = after.metadata;
    if (isBeingDeleted(after)) making.get(uid)?.abort(new Error("the snapshot is being deleted"));
    loop.enqueue(name);
  });

  async function reconcile(name: string, signal: AbortSignal): Promise<Outcome> {
    if (!(await areSynced([contents, snapshots, volumes], signal))) return {};
    // Not the informer's copy: bytes are removed only by the object as it is now.
    const content = await current(name);
    if (content === undefined) return {};
    const step = planContent(content, { isOurs: backends.has(content.spec.driver) });
    switch (step.do) {
      case "nothing":
        return {};
      case "setFinalizers":
        await setFinalizers(content, step.finalizers);
        return {};
      case "take":
        await take(content, { volumeHandle: step.volumeHandle, signal });
        return {};
      case "check":
        await check(content, step.snapshotHandle);
        return {};
      case "removeBytes":
        await removeBytes(content);
        return {};
      default:
        return unreachable(step);
    }
  }

  async function current(name: string): Promise<VolumeSnapshotContent | undefined> {
    try {
      return await client.get("volumesnapshotcontents", { name });
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      throw error;
    }
  }

  /** Source: csi-snapshotter `createSnapshotWrapper`. */
  async function take(
    content: VolumeSnapshotContent,
    { volumeHandle, signal }: { readonly volumeHandle: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const { uid } = content.metadata;
    const ending = new AbortController();
    making.set(uid, ending);
    try {
      const { place, manifest } = await make(content, {
        volumeHandle,
        signal: AbortSignal.any([signal, ending.signal]),
      });
      await writeMade(content, { place, manifest });
    } catch (error) {
      if (signal.aborted || ending.signal.aborted) throw error;
      const because = JSON.stringify(describeError(error));
      const message = `Failed to create snapshot: failed to take snapshot of the volume ${volumeHandle}: ${because}`;
      await failed(content, { reason: "SnapshotCreationFailed", message });
      throw error;
    } finally {
      if (making.get(uid) === ending) making.delete(uid);
    }
  }

  interface Making {
    readonly volumeHandle: string;
    readonly signal: AbortSignal;
  }

  async function make(content: VolumeSnapshotContent, { volumeHandle, signal }: Making) {
    const { driver, sourceVolumeMode = "Filesystem" } = content.spec;
    const made = await madeBefore(content);
    if (made !== undefined) return made;
    const volume = volumeOf(driver, volumeHandle);
    const found = backends.get(driver)?.placeOf(volume);
    if (found?.ok !== true) throw new Error(found?.error ?? `${driver} is not here`);
    const { base, path } = found.value;
    await bases.remember(base);
    const place = { base, name: content.metadata.name };
    const restoreBytes = Number(quantityValue(volume.spec.capacity?.["storage"] ?? "0"));
    const manifest = await store.take(place, {
      from: path,
      signal,
      subject: { driver, volume: volume.metadata.name, volumeMode: sourceVolumeMode, restoreBytes },
      freeze: freezeFor(driver, path, options),
      onProgress: createProgressReport(clock, (message) =>
        tellBoth(content, { type: "Normal", reason: "SnapshotProgress", message }),
      ),
    });
    return { place, manifest };
  }

  /** What an earlier attempt made, also when the volume is gone since. */
  async function madeBefore({ metadata }: VolumeSnapshotContent) {
    for (const base of bases.list()) {
      const place = { base, name: metadata.name };
      const manifest = await store.read(place);
      if (manifest !== undefined) return { place, manifest };
    }
    return undefined;
  }

  function volumeOf(driver: string, handle: string): PersistentVolume {
    const named = volumes.get(handle);
    const isIt = (volume: PersistentVolume): boolean =>
      volumeHandleOf(volume) === handle && (volume.spec.csi === undefined || volume.spec.csi.driver === driver);
    const volume = named !== undefined && isIt(named) ? named : volumes.list().find(isIt);
    if (volume === undefined) throw new Error(`there is no volume with the handle ${handle}`);
    return volume;
  }

  async function writeMade(
    content: VolumeSnapshotContent,
    { place, manifest }: { readonly place: SnapshotPlace; readonly manifest: SnapshotManifest },
  ): Promise<void> {
    const words = wordsOf(manifest);
    const isFirst = content.metadata.annotations?.[annotations.snapshotConsistency] !== words;
    const noted = isFirst ? await annotate(content, words) : content;
    await writeStatus(noted, statusOf(pathOfSnapshot(place), manifest));
    if (!isFirst) return;
    const isSound = manifest.consistency.startsWith("crash-consistent") && manifest.missing.length === 0;
    tellBoth(content, {
      type: isSound ? "Normal" : "Warning",
      reason: isSound ? "SnapshotConsistent" : "SnapshotNotConsistent",
      message: words,
    });
  }

  /** Source: csi-snapshotter `checkandUpdateContentStatus`. */
  async function check(content: VolumeSnapshotContent, snapshotHandle: string): Promise<void> {
    try {
      const place = placeOfHandle(snapshotHandle, bases.list());
      if (!place.ok) throw new Error(place.error);
      const manifest = await store.read(place.value);
      if (manifest === undefined) throw new Error(`there is no snapshot ${snapshotHandle}`);
      if (manifest.driver !== content.spec.driver)
        throw new Error(`snapshot ${snapshotHandle} is of a volume of ${manifest.driver}, not ${content.spec.driver}`);
      await writeMade(content, { place: place.value, manifest });
    } catch (error) {
      const message = `Failed to check and update snapshot content: ${describeError(error)}`;
      await failed(content, { reason: "SnapshotContentCheckandUpdateFailed", message });
      throw error;
    }
  }

  /** Source: csi-snapshotter `deleteCSISnapshot`. */
  async function removeBytes(content: VolumeSnapshotContent): Promise<void> {
    try {
      for (const place of placesOf(content)) await store.remove(place);
    } catch (error) {
      const message = `Failed to delete snapshot: ${describeError(error)}`;
      tell(content, { type: "Warning", reason: "SnapshotDeleteError", message });
      throw error;
    }
    const { snapshotHandle: _, readyToUse: __, creationTime: ___, restoreSize: ____, ...rest } = content.status ?? {};
    await writeStatus(content, rest);
  }

  function placesOf({ metadata, spec, status }: VolumeSnapshotContent): readonly SnapshotPlace[] {
    const handle = spec.source.snapshotHandle ?? status?.snapshotHandle;
    if (handle === undefined) return bases.list().map((base) => ({ base, name: metadata.name }));
    const place = placeOfHandle(handle, bases.list());
    if (!place.ok) throw new Error(place.error);
    return [place.value];
  }

  /** Source: csi-snapshotter `updateContentErrorStatusWithEvent`. */
  async function failed(
    content: VolumeSnapshotContent,
    { reason, message }: { readonly reason: string; readonly message: string },
  ): Promise<void> {
    if (content.status?.error?.message === message) return;
    tell(content, { type: "Warning", reason, message });
    const error = { message, time: timestamp(clock.now()) };
    await writeStatus(content, { ...content.status, readyToUse: false, error }).catch((notWritten: unknown) => {
      log.debug("could not write why a snapshot failed", { error: describeError(notWritten) });
    });
  }

  async function writeStatus(content: VolumeSnapshotContent, status: Status): Promise<void> {
    await client.update("volumesnapshotcontents", { ...content, status }, { subresource: "status" });
  }

  async function annotate(content: VolumeSnapshotContent, words: string): Promise<VolumeSnapshotContent> {
    const { metadata } = content;
    const noted = { ...metadata.annotations, [annotations.snapshotConsistency]: words };
    return await client.update("volumesnapshotcontents", { ...content, metadata: { ...metadata, annotations: noted } });
  }

  async function setFinalizers(content: VolumeSnapshotContent, finalizers: readonly string[]): Promise<void> {
    try {
      await client.update("volumesnapshotcontents", { ...content, metadata: { ...content.metadata, finalizers } });
    } catch (error) {
      if (!isApiError(error, "NotFound")) throw error;
    }
  }

  type Happening = Parameters<ReturnType<typeof events>["record"]>[1];

  function tell(content: VolumeSnapshotContent, happening: Happening): void {
    events(`csi-snapshotter ${content.spec.driver}`).record(content, happening);
  }

  /** Users look at the snapshot; the content is for administrators. */
  function tellBoth(content: VolumeSnapshotContent, happening: Happening): void {
    tell(content, happening);
    const snapshot = snapshotOf(content);
    if (snapshot !== undefined) events(`csi-snapshotter ${content.spec.driver}`).record(snapshot, happening);
  }

  function snapshotOf({ spec }: VolumeSnapshotContent): VolumeSnapshot | undefined {
    const { namespace = "", name = "", uid } = spec.volumeSnapshotRef;
    const snapshot = snapshots.get(`${namespace}/${name}`);
    return snapshot?.metadata.uid === uid ? snapshot : undefined;
  }

  return {
    async stop() {
      stopListening();
      await loop.stop();
    },
  };
}

function statusOf(snapshotHandle: string, { taken, restoreBytes }: SnapshotManifest): Status {
  const creationTime = Date.parse(taken) * 1_000_000;
  return { snapshotHandle, creationTime, restoreSize: restoreBytes, readyToUse: true };
}

function wordsOf({ consistency, missing }: SnapshotManifest): string {
  return missing.length === 0 ? consistency : `${consistency}; not in it: ${missing.join(", ")}`;
}
