import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Pod, Result, Volume } from "@ordinal/api";
import { backoffDelay, describeError, type Clock } from "@ordinal/runtime";
import { readBootId } from "../runtime/adopt/process-stat.ts";
import { readIfPresent } from "../runtime/commands/read-if-present.ts";
import { writeWhole } from "../runtime/commands/write-whole.ts";
import { failedMountMessages, type FailedVolume } from "./failed-mount.ts";
import { downwardFacts } from "./objects/references.ts";
import { setOwnership } from "./ownership/set-ownership.ts";
import { followsObjects, setUpVolume } from "./plugins.ts";
import type { MountedVolume, SetUpProblem, VolumeContext } from "./volume.ts";

/** The volumes of a pod by name. */
export type MountedVolumes = ReadonlyMap<string, MountedVolume>;

export interface PodVolumesOptions extends Omit<VolumeContext, "pod" | "directory"> {
  /** `pods/<uid>`. */
  readonly podDirectory: string;
  readonly clock: Clock;
  readonly onFailedMount: (message: string) => void;
  /** Giving the volume to the pod's group takes long. */
  readonly onSlowOwnership: (message: string) => void;
  /** What took long is done, or has failed. */
  readonly onChange: () => void;
}

interface Failure {
  readonly times: number;
  readonly retryAtMs: number;
}

/** Source: kubelet `exponentialbackoff`: 500 ms, doubled up to two minutes and two seconds. */
const retryBackoff = { baseMs: 500, capMs: 122_000 };
/** A pod's other business does not wait longer for its volumes than this. */
const patienceMs = 1_000;
const slowOwnershipMs = 30_000;
const progressEveryMs = 60_000;

/**
 * The volumes of one pod: each is set up once, tried again with back-off when it cannot be, and looked at again when the
 * objects have changed that it is made from. What has been set up stays usable while a new look fails.
 */
export class PodVolumes {
  readonly #options: PodVolumesOptions;
  readonly #mounted = new Map<string, MountedVolume>();
  readonly #failures = new Map<string, Failure>();
  /** Names of mounted volumes that have to be looked at again. */
  readonly #stale = new Set<string>();
  readonly #ending = new AbortController();
  #working: Promise<void> | undefined;
  #shownFacts: string | undefined;

  constructor(options: PodVolumesOptions) {
    this.#options = options;
  }

  /** When to try again after a failure; undefined while there is none. */
  get retryAtMs(): number | undefined {
    const times = [...this.#failures.values()].map(({ retryAtMs }) => retryAtMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Objects of the API have changed that files of the pod are made from. */
  invalidate(pod: Pod): void {
    for (const volume of (pod.spec.volumes ?? []).filter(followsObjects)) {
      this.#failures.delete(volume.name);
      if (this.#mounted.has(volume.name)) this.#stale.add(volume.name);
    }
  }

  /** Does what is to be done now. All volumes when all of them are there; undefined when some are not yet. */
  async setUp(pod: Pod): Promise<MountedVolumes | undefined> {
    this.#lookAtFacts(pod);
    if (this.#working === undefined && this.#due(pod).length > 0) {
      this.#working = this.#work(pod).finally(() => {
        this.#working = undefined;
      });
    }
    if (this.#working !== undefined) await this.#wait(this.#working);
    const volumes = pod.spec.volumes ?? [];
    return volumes.every(({ name }) => this.#mounted.has(name)) ? this.#mounted : undefined;
  }

  /** Ends what is under way; what is set up stays as it is. */
  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#working;
  }

  async #wait(working: Promise<void>): Promise<void> {
    const { clock, onChange } = this.#options;
    const bound = new AbortController();
    const isLate = clock.sleep(patienceMs, bound.signal).then(
      () => true,
      () => false,
    );
    const isOverdue = await Promise.race([working.then(() => false), isLate]);
    bound.abort();
    if (isOverdue) void working.then(onChange, onChange);
  }

  #lookAtFacts(pod: Pod): void {
    const facts = downwardFacts(pod);
    if (facts !== this.#shownFacts) this.invalidate(pod);
    this.#shownFacts = facts;
  }

  #due(pod: Pod): readonly Volume[] {
    const nowMs = this.#options.clock.now();
    return (pod.spec.volumes ?? []).filter(({ name }) => {
      const isWanted = !this.#mounted.has(name) || this.#stale.has(name);
      return isWanted && (this.#failures.get(name)?.retryAtMs ?? 0) <= nowMs;
    });
  }

  async #work(pod: Pod): Promise<void> {
    const { onFailedMount } = this.#options;
    const failed: FailedVolume[] = [];
    await Promise.all(
      this.#due(pod).map(async (volume) => {
        this.#stale.delete(volume.name);
        const problem = await this.#setUpOne(pod, volume);
        if (problem !== undefined && !this.#ending.signal.aborted) failed.push({ name: volume.name, problem });
      }),
    );
    const unmounted = (pod.spec.volumes ?? []).map(({ name }) => name).filter((name) => !this.#mounted.has(name));
    for (const message of failedMountMessages(failed, unmounted)) onFailedMount(message);
  }

  async #setUpOne(pod: Pod, volume: Volume): Promise<SetUpProblem | undefined> {
    const { podDirectory, clock } = this.#options;
    const { name } = volume;
    const directory = join(podDirectory, "volumes", name);
    const result = await setUpVolume(volume, { ...this.#options, pod, directory });
    const owned = result.ok ? await this.#giveToGroup(pod, volume, result.value) : result;
    if (owned.ok) {
      this.#mounted.set(name, owned.value);
      this.#failures.delete(name);
      return undefined;
    }
    const times = (this.#failures.get(name)?.times ?? 0) + 1;
    this.#failures.set(name, { times, retryAtMs: clock.now() + backoffDelay(times, retryBackoff) });
    if (this.#mounted.has(name)) this.#stale.add(name);
    return owned.error;
  }

  /** Once for a pod and volume, whatever happens to the daemon meanwhile. */
  async #giveToGroup(pod: Pod, { name }: Volume, mounted: MountedVolume): Promise<Result<MountedVolume, SetUpProblem>> {
    const { podDirectory, host } = this.#options;
    const { fsGroup, fsGroupChangePolicy } = pod.spec.securityContext ?? {};
    const done: Result<MountedVolume, SetUpProblem> = { ok: true, value: mounted };
    if (fsGroup === undefined || mounted.takesFsGroup !== true || !host.isRoot) return done;
    const ready = join(podDirectory, "volumes-ready", name);
    const bootId = await readBootId();
    // What is in memory does not outlive the machine's run.
    if ((await readIfPresent(ready)) === bootId) return done;
    try {
      const { failures } = await setOwnership(mounted.source, {
        gid: fsGroup,
        readOnly: mounted.readOnly,
        onRootMismatch: fsGroupChangePolicy === "OnRootMismatch",
        onProgress: this.#progressOf(name, mounted.source),
        signal: this.#ending.signal,
      });
      if (failures > 0)
        host.log.warn("some files could not be given to the group", { volume: name, fsGroup, failures });
    } catch (error) {
      return { ok: false, error: { text: `failed to set the group of ${mounted.source}: ${describeError(error)}` } };
    }
    await mkdir(dirname(ready), { recursive: true });
    await writeWhole(ready, bootId);
    return done;
  }

  #progressOf(name: string, directory: string): (files: number) => void {
    const { host, onSlowOwnership } = this.#options;
    const beganMs = host.clock.now();
    let nextMs = beganMs + slowOwnershipMs;
    return (files) => {
      const nowMs = host.clock.now();
      if (nowMs < nextMs) return;
      onSlowOwnership(
        nextMs === beganMs + slowOwnershipMs
          ? `Setting volume ownership for ${name} is taking longer than expected, consider using OnRootMismatch - https://kubernetes.io/docs/tasks/configure-pod-container/security-context/#configure-volume-permission-and-ownership-change-policy-for-pods`
          : `Setting volume ownership for ${directory}, processed ${files} files`,
      );
      nextMs = nowMs + progressEveryMs;
    };
  }
}
