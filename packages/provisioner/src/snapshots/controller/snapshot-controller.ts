import {
  annotations,
  finalizers,
  isApiError,
  type PersistentVolumeClaim,
  type VolumeSnapshot,
  type VolumeSnapshotContent,
} from "@ordinal/api";
import { keyOf } from "@ordinal/client";
import { startReconcileLoop, timestamp, unreachable, type Outcome, type Stoppable } from "@ordinal/runtime";
import { dataSourceOf, isBeingFilledFrom, isSnapshot } from "./data-source.ts";
import { planSnapshot } from "./plan-snapshot.ts";
import type { SnapshotOptions } from "./snapshot-options.ts";
import { type Failure, type SnapshotStep, type SnapshotWorld } from "./snapshot-step.ts";
import { withFinalizer } from "./source-protection.ts";
import { areSynced } from "../../provision/synced.ts";

const component = "snapshot-controller";

/** How long a snapshot that a volume is being made of waits to be asked again whether it may go, in milliseconds. */
const waitMs = 5_000;

/** Gives every VolumeSnapshot its content and tells what becomes of it: the snapshot-controller. */
export function startSnapshotLoop(options: SnapshotOptions): Stoppable {
  const { claims, classes, client, clock, contents, events, log, snapshots, volumes } = options;
  const loop = startReconcileLoop({ name: "snapshots", reconcile, clock, log, capMs: 15_000 });
  const record = (
    snapshot: VolumeSnapshot,
    happening: { type: "Normal" | "Warning"; reason: string; message: string },
  ) => events(component).record(snapshot, happening);

  const listening = [
    snapshots.onChange(({ after }) => {
      if (after !== undefined) loop.enqueue(keyOf(after));
    }),
    contents.onChange(({ before, after }) => {
      const { namespace = "", name = "" } = (after ?? before)?.spec.volumeSnapshotRef ?? {};
      if (snapshots.get(`${namespace}/${name}`) !== undefined) loop.enqueue(`${namespace}/${name}`);
    }),
    classes.onChange(() => {
      for (const snapshot of snapshots.list()) if (!isReady(snapshot)) loop.enqueue(keyOf(snapshot));
    }),
    claims.onChange(({ before, after }) => {
      const claim = after ?? before;
      if (claim === undefined) return;
      for (const snapshot of snapshots.by("source", keyOf(claim)))
        if (!isReady(snapshot)) loop.enqueue(keyOf(snapshot));
      const source = dataSourceOf(claim);
      if (source === undefined || !isSnapshot(source)) return;
      const key = `${source.namespace}/${source.name}`;
      if (snapshots.get(key)?.metadata.deletionTimestamp !== undefined) loop.enqueue(key);
    }),
  ];

  async function reconcile(key: string, signal: AbortSignal): Promise<Outcome> {
    if (!(await areSynced([claims, classes, contents, snapshots, volumes], signal))) return {};
    const snapshot = snapshots.get(key);
    if (snapshot === undefined) return {};
    return await act(snapshot, planSnapshot(snapshot, worldOf(snapshot)));
  }

  function worldOf({ metadata: { namespace = "" } }: VolumeSnapshot): SnapshotWorld {
    return {
      content: (name) => contents.get(name),
      claim: (name) => claims.get(`${namespace}/${name}`),
      volume: (name) => volumes.get(name),
      classes: classes.list(),
      isBeingRestored: (snapshot) =>
        claims.list().some((claim) => {
          const source = isBeingFilledFrom(claim, keyOf(snapshot));
          return source !== undefined && isSnapshot(source);
        }),
    };
  }

  async function act(snapshot: VolumeSnapshot, step: SnapshotStep): Promise<Outcome> {
    switch (step.do) {
      case "nothing":
        return {};
      case "fail":
        return await fail(snapshot, step);
      case "wait":
        record(snapshot, { type: "Warning", reason: step.reason, message: step.message });
        return { againMs: waitMs };
      case "setClass":
        await client.update("volumesnapshots", {
          ...snapshot,
          spec: { ...snapshot.spec, volumeSnapshotClassName: step.name },
        });
        return {};
      case "setFinalizers":
        await setFinalizers(snapshot, step.finalizers);
        return {};
      case "protectClaim":
        await protect(step.claim);
        // What the claim tells by being changed is also told to this loop.
        return {};
      case "createContent":
        return await createContent(snapshot, step.content);
      case "bindContent":
        await bind(snapshot, step.content);
        return {};
      case "writeStatus":
        await writeStatus(snapshot, step);
        return {};
      case "markContent":
        await mark(step.content);
        return {};
      case "deleteContent":
        await deleteContent(step.content);
        return {};
      default:
        return unreachable(step);
    }
  }

  /** Source: `updateSnapshotErrorStatusWithEvent`. */
  async function fail(snapshot: VolumeSnapshot, { reason, message, keepsReady = false }: Failure): Promise<never> {
    if (snapshot.status?.error?.message !== message) {
      record(snapshot, { type: "Warning", reason, message });
      const error = { message, time: timestamp(clock.now()) };
      const status = { ...snapshot.status, ...(keepsReady ? {} : { readyToUse: false }), error };
      await client.update("volumesnapshots", { ...snapshot, status }, { subresource: "status" });
    }
    throw new Error(message);
  }

  async function setFinalizers(snapshot: VolumeSnapshot, wanted: readonly string[]): Promise<void> {
    await unlessGone(async () => {
      await client.update("volumesnapshots", { ...snapshot, metadata: { ...snapshot.metadata, finalizers: wanted } });
    });
  }

  async function protect(claim: PersistentVolumeClaim): Promise<void> {
    await client.update("persistentvolumeclaims", withFinalizer(claim, finalizers.claimAsSnapshotSource));
  }

  async function createContent(
    snapshot: VolumeSnapshot,
    content: Extract<SnapshotStep, { do: "createContent" }>["content"],
  ): Promise<Outcome> {
    try {
      await client.create("volumesnapshotcontents", content);
    } catch (error) {
      // Then the copy here is behind, and what is there is looked at when it arrives.
      if (isApiError(error, "AlreadyExists")) return {};
      const message = `Error creating volume snapshot content object for snapshot ${keyOf(snapshot)}: ${String(error)}.`;
      record(snapshot, { type: "Warning", reason: "CreateSnapshotContentFailed", message });
      throw error;
    }
    const message = `Waiting for a snapshot ${keyOf(snapshot)} to be created by the CSI driver.`;
    record(snapshot, { type: "Normal", reason: "CreatingSnapshot", message });
    return {};
  }

  /** Source: `checkandBindSnapshotContent`. */
  async function bind(snapshot: VolumeSnapshot, content: VolumeSnapshotContent): Promise<void> {
    const { volumeSnapshotClassName } = snapshot.spec;
    const { uid } = snapshot.metadata;
    try {
      await client.update("volumesnapshotcontents", {
        ...content,
        spec: {
          ...content.spec,
          volumeSnapshotRef: { ...content.spec.volumeSnapshotRef, uid },
          ...(volumeSnapshotClassName === undefined ? {} : { volumeSnapshotClassName }),
        },
      });
    } catch (error) {
      if (isApiError(error, "Conflict")) throw error;
      const message = `Snapshot failed to bind VolumeSnapshotContent, ${String(error)}`;
      await fail(snapshot, { do: "fail", reason: "SnapshotBindFailed", message });
    }
  }

  async function writeStatus(
    snapshot: VolumeSnapshot,
    { status, consistency }: Extract<SnapshotStep, { do: "writeStatus" }>,
  ): Promise<void> {
    const noted = consistency === undefined ? snapshot : await annotate(snapshot, consistency);
    await client.update("volumesnapshots", { ...noted, status }, { subresource: "status" });
    const key = keyOf(snapshot);
    if (snapshot.status?.creationTime === undefined && status.creationTime !== undefined) {
      const message = `Snapshot ${key} was successfully created by the CSI driver.`;
      record(snapshot, { type: "Normal", reason: "SnapshotCreated", message });
    }
    if (snapshot.status?.readyToUse !== true && status.readyToUse === true)
      record(snapshot, { type: "Normal", reason: "SnapshotReady", message: `Snapshot ${key} is ready to use.` });
  }

  async function annotate(snapshot: VolumeSnapshot, consistency: string): Promise<VolumeSnapshot> {
    const { metadata } = snapshot;
    if (metadata.annotations?.[annotations.snapshotConsistency] === consistency) return snapshot;
    const noted = { ...metadata.annotations, [annotations.snapshotConsistency]: consistency };
    return await client.update("volumesnapshots", { ...snapshot, metadata: { ...metadata, annotations: noted } });
  }

  async function mark(content: VolumeSnapshotContent): Promise<void> {
    const { metadata } = content;
    const marked = { ...metadata.annotations, [annotations.snapshotBeingDeleted]: "yes" };
    await unlessGone(async () => {
      await client.update("volumesnapshotcontents", { ...content, metadata: { ...metadata, annotations: marked } });
    });
  }

  async function deleteContent({ metadata: { name, uid } }: VolumeSnapshotContent): Promise<void> {
    await unlessGone(async () => {
      await client.delete("volumesnapshotcontents", { name }, { preconditions: { uid } });
    });
  }

  return {
    async stop() {
      for (const end of listening) end();
      await loop.stop();
    },
  };
}

/** What an informer of snapshots needs as indexes for this: the claims they are made of. */
export const snapshotIndexes: Readonly<Record<"source", (snapshot: VolumeSnapshot) => readonly string[]>> = {
  source({ metadata, spec }) {
    const { persistentVolumeClaimName } = spec.source;
    return persistentVolumeClaimName === undefined ? [] : [`${metadata.namespace}/${persistentVolumeClaimName}`];
  },
};

function isReady({ status, metadata }: VolumeSnapshot): boolean {
  return status?.readyToUse === true && metadata.deletionTimestamp === undefined;
}

async function unlessGone(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isApiError(error, "NotFound")) throw error;
  }
}
