import type { Pod } from "@ordinal/api";
import { keyOf, startInformer, type Informer } from "@ordinal/client";
import { startReconcileLoop, type Outcome } from "@ordinal/runtime";
import type { Adopted } from "../pod-runtime.ts";
import { claimKeysOf } from "../volume-stats/claim-keys.ts";
import { startEmptyDirLimits } from "../volumes/empty-dir/limits.ts";
import { createObjectFollower } from "../volumes/objects/object-follower.ts";
import { PodWorker } from "./pod-worker.ts";
import type { WorkerContext } from "./worker-context.ts";

export interface PodWorkersOptions extends Omit<
  WorkerContext,
  "enqueue" | "hasPredecessor" | "objects" | "emptyDirLimits"
> {
  readonly nodeName: string;
  /** How often what pods have put into their emptyDirs is looked at. */
  readonly emptyDirLookMs: number;
}

/** All pods of the node, each with its worker. */
export interface PodWorkers {
  /** The worker of the pod that has this name now. */
  readonly find: (at: { readonly namespace: string; readonly name: string }) => PodWorker | undefined;
  readonly pods: Informer<Pod>;
  retryImages(): void;
  /** Ends every pod's processes, each within `graceMs`; their objects stay. */
  shutDown(graceMs: number): Promise<void>;
  /** Stops following; whatever runs goes on. */
  release(): Promise<void>;
}

/** Pods wait inside a reconcile for their processes to start; this many of them at once. */
const concurrency = 16;
/** For what comes after the grace on a shutdown: the wait for DNS, kills, the last writes. */
const overtimeMs = 10_000;

/** Adopts what earlier daemons left, and from then on follows every pod bound to the node. */
export async function startPodWorkers(options: PodWorkersOptions): Promise<PodWorkers> {
  const { client, clock, log, runtime, names, nodeName } = options;
  const workers = new Map<string, PodWorker>();
  const adopted = new Map<string, Adopted>();
  const pods = startInformer("pods", {
    client,
    clock,
    log,
    where: { fieldSelector: [{ operator: "in", key: "spec.nodeName", values: [nodeName] }] },
    indexes: { uid: ({ metadata }) => [metadata.uid], claim: claimKeysOf },
  });
  const loop = startReconcileLoop({ name: "pods", reconcile, clock, log, concurrency });
  const objects = createObjectFollower({
    client,
    clock,
    log,
    onChange: (podUid) => workers.get(podUid)?.objectsChanged(),
  });
  const emptyDirLimits = startEmptyDirLimits({
    clock,
    log,
    everyMs: options.emptyDirLookMs,
    onExceeded: (podUid, message) => workers.get(podUid)?.evict(message),
  });
  const context: WorkerContext = {
    ...options,
    objects,
    emptyDirLimits,
    enqueue: (podUid) => loop.enqueue(podUid),
    hasPredecessor: (pod) => namesakes(pod).length > 0,
  };

  /** Unfinished pods of the same name. */
  function namesakes(pod: Pod): readonly PodWorker[] {
    return [...workers.values()].filter((worker) => {
      const isAnother = worker.pod.metadata.uid !== pod.metadata.uid;
      return isAnother && !worker.isFinished && keyOf(worker.pod) === keyOf(pod);
    });
  }

  let isEnding = false;

  async function reconcile(podUid: string): Promise<Outcome> {
    const pod = pods.by("uid", podUid)[0];
    const worker = workers.get(podUid) ?? (pod === undefined || isEnding ? undefined : employ(pod));
    if (worker === undefined) return {};
    const outcome = await worker.reconcile(pod);
    if (worker.isFinished) for (const { pod: namesake } of namesakes(worker.pod)) loop.enqueue(namesake.metadata.uid);
    if (worker.isFinished && pods.by("uid", podUid).length === 0) workers.delete(podUid);
    return outcome;
  }

  function employ(pod: Pod): PodWorker {
    const { uid } = pod.metadata;
    const worker = new PodWorker(pod, context, adopted.get(uid));
    adopted.delete(uid);
    workers.set(uid, worker);
    return worker;
  }

  async function pickUp(): Promise<void> {
    await options.nodeVolumes.thaw();
    const found = await runtime.adopt();
    await Promise.all([pods.synced, names.synced]);
    const isKnown = ({ sandbox }: Adopted): boolean => pods.by("uid", sandbox.podUid).length > 0;
    for (const each of found.filter(isKnown)) adopted.set(each.sandbox.podUid, each);
    // Their objects were deleted while nobody looked, so nothing leads to them any more.
    for (const { sandbox } of found.filter((each) => !isKnown(each))) await runtime.closeSandbox(sandbox.podUid);
    await options.nodeVolumes.recover((podUid) => pods.by("uid", podUid).length > 0);
  }

  runtime.onExit(({ podUid, ...run }, state) => {
    if (state.is === "exited") workers.get(podUid)?.ended({ podUid, ...run }, state);
  });
  await pickUp();
  pods.onChange(({ before, after }) => {
    for (const pod of [before, after]) if (pod !== undefined) loop.enqueue(pod.metadata.uid);
  });
  names.onChange((podUid) => {
    if (podUid !== undefined && workers.has(podUid)) loop.enqueue(podUid);
    if (podUid !== undefined) return;
    for (const [uid, worker] of workers) if (worker.isWaitingForNames) loop.enqueue(uid);
  });
  for (const pod of pods.list()) loop.enqueue(pod.metadata.uid);

  async function stopFollowing(): Promise<void> {
    await loop.stop();
    await Promise.all([pods.stop(), objects.stop(), emptyDirLimits.stop()]);
  }

  return {
    pods,
    find({ namespace, name }) {
      const pod = pods.get(`${namespace}/${name}`);
      return pod === undefined ? undefined : workers.get(pod.metadata.uid);
    },
    retryImages() {
      for (const worker of workers.values()) worker.retryImages();
    },
    async shutDown(graceMs) {
      isEnding = true;
      const done = Promise.all([...workers.values()].map((worker) => worker.shutDown(graceMs)));
      // What cannot be ended must not keep the daemon from ending; the next one adopts it.
      const bound = new AbortController();
      const late = clock.sleep(graceMs + overtimeMs, bound.signal).then(
        () => log.warn("not every pod could be ended in time"),
        () => {},
      );
      await Promise.race([done, late]);
      bound.abort();
      await stopFollowing();
      if ([...workers.values()].every((worker) => worker.isFinished)) await options.nodeVolumes.tearDown();
    },
    async release() {
      await stopFollowing();
      await Promise.all([...workers.values()].map((worker) => worker.release()));
    },
  };
}
