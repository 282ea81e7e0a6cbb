import { isDeepStrictEqual } from "node:util";
import {
  annotations,
  quantityValue,
  withResize,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type ResizeChange,
} from "@ordinal/api";
import { createEventRecorder, keyOf, type Client, type EventRecorder, type Informer } from "@ordinal/client";
import {
  describeError,
  startReconcileLoop,
  timestamp,
  type Clock,
  type Logger,
  type Stoppable,
} from "@ordinal/runtime";
import type { VolumeBackend } from "../backend/volume-backend.ts";
import { planExpansion, wantsMore } from "./plan-expansion.ts";
import { areSynced } from "../provision/synced.ts";

export interface ExpansionOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Not stopped by `stop`. */
  readonly claims: Informer<PersistentVolumeClaim>;
  /** Not stopped by `stop`. */
  readonly volumes: Informer<PersistentVolume>;
  readonly backends: readonly VolumeBackend[];
}

const pendingMessage = "Waiting for user to (re-)start a pod to finish file system resize of volume on node.";

/**
 * Gives claims the room they ask for: volume, then PV, then claim, or the node first where the file system has to grow.
 * Each step is conditional on what was read and can be interrupted after any of them. Source: external-resizer
 * `expand_and_recover.go`, `pkg/controller/volume/expand`.
 */
export function startExpansion(options: ExpansionOptions): Stoppable {
  const { client, clock, log, claims, volumes, backends } = options;
  const watcher = createEventRecorder({ client, clock, log, component: "volume_expand" });
  const resizers = new Map(backends.map((backend) => [backend.provisioner, resizerOf(options, backend)]));
  /** Uids of claims whose last attempt is known to have failed, as opposed to having been interrupted. */
  const failed = new Set<string>();
  const loop = startReconcileLoop({ name: "expansion", reconcile, clock, log, capMs: 15_000 });
  const unsubscribe = [
    claims.onChange(({ before, after }) => {
      if (after === undefined) failed.delete(before?.metadata.uid ?? "");
      else if (wantsMore(after)) loop.enqueue(keyOf(after));
    }),
    volumes.onChange(({ after }) => {
      const { namespace = "", name = "" } = after?.spec.claimRef ?? {};
      const claim = claims.get(`${namespace}/${name}`);
      if (claim !== undefined && wantsMore(claim)) loop.enqueue(keyOf(claim));
    }),
  ];
  for (const claim of claims.list().filter(wantsMore)) loop.enqueue(keyOf(claim));

  async function reconcile(key: string, signal: AbortSignal): Promise<void> {
    if (!(await areSynced([claims, volumes], signal))) return;
    const claim = claims.get(key);
    // A volume that is not here yet asks for it again when it comes.
    const volume = volumes.get(claim?.spec.volumeName ?? "");
    if (claim === undefined || volume === undefined) return;
    const plan = planExpansion(claim, { volume, hasFailed: failed.has(claim.metadata.uid) });
    if (plan.do === "nothing") return;
    const resizer = resizers.get(volume.metadata.annotations?.[annotations.provisionedBy] ?? "");
    if (plan.isNew || resizer === undefined) watcher.record(claim, waitsForOther);
    if (resizer === undefined) return;
    await expand({ claim, volume, size: plan.size, isNew: plan.isNew, resizer });
  }

  async function expand(step: ExpansionStep): Promise<void> {
    const { volume, size, resizer, isNew } = step;
    const { uid } = step.claim.metadata;
    const claim = await write(step.claim, {
      status: "ControllerResizeInProgress",
      allocated: size,
      conditions: [{ type: "Resizing" }],
      keepConditions: !isNew,
    });
    resizer.events.record(claim, {
      type: "Normal",
      reason: "Resizing",
      message: `External resizer is resizing volume ${volume.metadata.name}`,
    });
    let needsNode: boolean;
    try {
      ({ needsNode } = await resizer.backend.expand(volume, quantityValue(size)));
      failed.delete(uid);
    } catch (error) {
      failed.add(uid);
      const why = describeError(error);
      const message = `resize volume "${volume.metadata.name}" by resizer "${resizer.backend.provisioner}" failed: ${why}`;
      resizer.events.record(claim, { type: "Warning", reason: "VolumeResizeFailed", message });
      const condition = { type: "ControllerResizeError", message: `failed to expand pvc with ${why}` } as const;
      await write(claim, { status: "ControllerResizeInProgress", conditions: [condition], keepConditions: true });
      throw new Error(message, { cause: error });
    }
    await setCapacity(client, volume, size);
    await (needsNode ? handToNode(claim, resizer) : finish(claim, { resizer, size }));
  }

  async function handToNode(claim: PersistentVolumeClaim, { events }: Resizer): Promise<void> {
    const conditions = [{ type: "FileSystemResizePending", message: pendingMessage }] as const;
    const next = await write(claim, { status: "NodeResizePending", conditions });
    const message = "Require file system resize of volume on node";
    events.record(next, { type: "Normal", reason: "FileSystemResizeRequired", message });
  }

  async function finish(claim: PersistentVolumeClaim, { resizer, size }: { resizer: Resizer; size: string }) {
    const next = await write(claim, { capacity: size, conditions: [] });
    const message = "Resize volume succeeded";
    resizer.events.record(next, { type: "Normal", reason: "VolumeResizeSuccessful", message });
  }

  async function write(
    claim: PersistentVolumeClaim,
    change: Omit<ResizeChange, "now">,
  ): Promise<PersistentVolumeClaim> {
    const next = withResize(claim, { ...change, now: timestamp(clock.now()) });
    if (isDeepStrictEqual(next, claim)) return claim;
    return await client.update("persistentvolumeclaims", next, { subresource: "status" });
  }

  return {
    async stop() {
      for (const end of unsubscribe) end();
      await loop.stop();
    },
  };
}

interface Resizer {
  readonly backend: VolumeBackend;
  readonly events: EventRecorder;
}

interface ExpansionStep {
  readonly claim: PersistentVolumeClaim;
  readonly volume: PersistentVolume;
  readonly size: string;
  readonly isNew: boolean;
  readonly resizer: Resizer;
}

const waitsForOther = {
  type: "Normal",
  reason: "ExternalExpanding",
  message: "waiting for an external controller to expand this PVC",
} as const;

function resizerOf({ client, clock, log }: ExpansionOptions, backend: VolumeBackend): Resizer {
  const component = `external-resizer ${backend.provisioner}`;
  return { backend, events: createEventRecorder({ client, clock, log, component }) };
}

/** A volume may be larger than the claim: it is never made to look smaller. */
async function setCapacity(client: Client, volume: PersistentVolume, size: string): Promise<void> {
  const { capacity } = volume.spec;
  if (quantityValue(capacity?.["storage"] ?? "0") >= quantityValue(size)) return;
  const spec = { ...volume.spec, capacity: { ...capacity, storage: size } };
  await client.update("persistentvolumes", { ...volume, spec });
}
