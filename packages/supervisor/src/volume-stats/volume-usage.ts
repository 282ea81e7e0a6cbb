import { isPodFinished, quantityValue, type PersistentVolume, type Pod } from "@ordinal/api";
import { startInformer, type Client, type EventRecorder, type Informer } from "@ordinal/client";
import {
  describeError,
  startReconcileLoop,
  type Clock,
  type Logger,
  type Metrics,
  type Outcome,
  type Stoppable,
} from "@ordinal/runtime";
import { claimKeysOf } from "./claim-keys.ts";
import type { FileSystemFigures } from "./file-system-figures.ts";
import { measureVolume, type Measured } from "./measure-volume.ts";
import { nextLookMs, usualIntervals, type LookIntervals } from "./next-look.ts";
import { createPace } from "./pace.ts";
import { createSizeWatch } from "./size-watch.ts";
import { summarize, type Summary } from "./summary.ts";
import { addVolumeMetrics } from "./volume-metrics.ts";
import { placeOfVolume, type VolumePlace } from "./volume-place.ts";
import { isSame, type VolumeRecord } from "./volume-record.ts";

export interface VolumeUsageOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly events: EventRecorder;
  /** Those of the node, filed under `claim` by the claims they use. */
  readonly pods: Informer<Pod>;
  readonly nodeName: string;
  readonly dataDir: string;
  /** When to look again. Defaults to 10 s, to 1 min in use, to 10 min idle. */
  readonly intervals?: LookIntervals;
  /** How long after a volume is bound, or a pod comes or goes, the first look is. Defaults to 2 000 ms. */
  readonly settleMs?: number;
}

/** How full the volumes of claims are, measured in the background. Asking costs no look at a disk. */
export interface VolumeUsage extends Stoppable {
  /** Adds `kubelet_volume_stats_*` and the like. */
  addTo(metrics: Metrics): void;
  /** The kubelet's `/stats/summary`. */
  summary(): Summary;
}

/** Walks that are under way at once: a long one must not keep the others waiting. Together they keep to one pace. */
const walks = 4;

/** Measures every volume that is bound to a claim, again and again, and warns of those that outgrow their claim. */
export function startVolumeUsage(options: VolumeUsageOptions): VolumeUsage {
  const { client, clock, log, events, pods, nodeName, dataDir } = options;
  const { intervals = usualIntervals, settleMs = 2_000 } = options;
  const startedMs = clock.now();
  const records = new Map<string, VolumeRecord>();
  const around = new Map<number, FileSystemFigures>();
  const checkSize = createSizeWatch({ client, events });
  const pace = createPace({ clock });
  const volumes = startInformer("persistentvolumes", {
    client,
    clock,
    log,
    indexes: { claim: ({ spec }) => (spec.claimRef === undefined ? [] : [claimKey(spec.claimRef)]) },
  });
  const loop = startReconcileLoop({ name: "volume usage", reconcile, clock, log, concurrency: walks, capMs: 300_000 });
  /** Volumes whose next look is to settle first, because something has just happened to them. */
  const unsettled = new Set<string>();

  async function reconcile(name: string, signal: AbortSignal): Promise<Outcome> {
    const volume = volumes.get(name);
    const place = volume === undefined || !isBound(volume) ? undefined : placeOfVolume(volume, dataDir);
    if (volume === undefined || place === undefined) {
      records.delete(name);
      unsettled.delete(name);
      return {};
    }
    if (unsettled.delete(name)) return { againMs: settleMs };
    const record = recordOf(volume);
    const begunMs = clock.now();
    const measured = await lookAt(place, { record, signal });
    if (measured !== undefined) await checkSize(record, measured);
    const isInUse = pods.by("claim", `${record.namespace}/${record.claim}`).some((pod) => !isPodFinished(pod));
    const { unchanged } = record;
    return { againMs: nextLookMs({ tookMs: clock.now() - begunMs, unchanged, isInUse }, intervals) };
  }

  /** The record of a volume, a new one when it is bound to another claim than before. */
  function recordOf({ metadata, spec }: PersistentVolume): VolumeRecord {
    const { namespace = "", name: claim = "", uid: claimUid = "" } = spec.claimRef ?? {};
    const claimedBytes = Number(quantityValue(spec.capacity?.["storage"] ?? "0"));
    const known = records.get(metadata.name);
    if (known?.claimUid === claimUid) return Object.assign(known, { claimedBytes });
    const record: VolumeRecord = {
      namespace,
      claim,
      claimUid,
      labels: { namespace, persistentvolumeclaim: claim },
      claimedBytes,
      measured: undefined,
      measuredMs: 0,
      problem: undefined,
      unchanged: 0,
      fill: undefined,
    };
    records.set(metadata.name, record);
    return record;
  }

  function recordOfClaim(key: string): VolumeRecord | undefined {
    return volumes.by("claim", key).flatMap(({ metadata }) => records.get(metadata.name) ?? [])[0];
  }

  async function lookAt(
    place: VolumePlace,
    { record, signal }: { readonly record: VolumeRecord; readonly signal: AbortSignal },
  ): Promise<Measured | undefined> {
    try {
      const measured = await promptly(measureVolume(place, { pace, signal }), { clock, signal });
      if (measured.is === "shared") around.set(measured.device, measured.around);
      record.unchanged = isSame(record.measured, measured) ? record.unchanged + 1 : 0;
      Object.assign(record, { measured, measuredMs: clock.now(), problem: undefined });
      return measured;
    } catch (error) {
      signal.throwIfAborted();
      const problem = describeError(error);
      const claim = `${record.namespace}/${record.claim}`;
      if (record.problem !== problem) log.warn("the volume of a claim cannot be measured", { claim, error: problem });
      record.unchanged = record.problem === problem ? record.unchanged + 1 : 0;
      record.problem = problem;
      return undefined;
    }
  }

  function look(name: string): void {
    unsettled.add(name);
    loop.enqueue(name);
  }

  volumes.onChange(({ before, after }) => {
    const volume = after ?? before;
    if (volume !== undefined) look(volume.metadata.name);
  });
  pods.onChange(({ before, after }) => {
    if (before !== undefined && after !== undefined && isPodFinished(before) === isPodFinished(after)) return;
    const pod = after ?? before;
    for (const key of pod === undefined ? [] : claimKeysOf(pod))
      for (const { metadata } of volumes.by("claim", key)) look(metadata.name);
  });

  return {
    addTo: (metrics) => addVolumeMetrics(metrics, () => ({ records: records.values(), around })),
    summary: () => summarize({ nodeName, startedMs, pods: pods.list(), recordOfClaim, around }),
    async stop() {
      await loop.stop();
      await volumes.stop();
    },
  };
}

function isBound({ spec, status }: PersistentVolume): boolean {
  return spec.claimRef !== undefined && status?.phase === "Bound";
}

function claimKey({ namespace = "", name = "" }: { readonly namespace?: string; readonly name?: string }): string {
  return `${namespace}/${name}`;
}

/** How long after it was told to end a call to a disk may take before nobody waits for it any more. */
const hangMs = 1_000;

/** The outcome of the work, or the signal's reason when the work hangs: no call to a file system can be called off. */
async function promptly<T>(
  work: Promise<T>,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<T> {
  const given = Promise.withResolvers<never>();
  let cancel: (() => void) | undefined;
  const giveUp = (): void => {
    cancel = clock.after(hangMs, () => given.reject(signal.reason as Error));
  };
  signal.addEventListener("abort", giveUp);
  try {
    return await Promise.race([work, given.promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
    cancel?.();
  }
}
