import type { ContainerStatus } from "@ordinal/api";
import type { RunState } from "../pod-runtime.ts";
import type { Blocked, ContainerView, EndedRun, RunView } from "./pod-view.ts";
import { lengthen, restartWait, type CrashBackoff, type CrashBackoffOptions } from "./restart.ts";

/** What has become of a run's hook and probes; undefined: there is no such thing, or no verdict yet. */
interface Verdicts {
  hasPostStart: boolean;
  startup: "success" | "waiting" | "none";
  readiness: "success" | "waiting" | "none";
}

/** What is known of one container, changed by what happens to it. The only place that turns happenings into views. */
export class ContainerRecord {
  readonly #backoffOptions: CrashBackoffOptions;
  #run: RunView | undefined;
  #previous: EndedRun | undefined;
  #inSandbox = false;
  #backoff: CrashBackoff | undefined;
  #verdicts: Verdicts = { hasPostStart: false, startup: "none", readiness: "none" };
  #exited = Promise.withResolvers<void>();
  blocked: Blocked | undefined;
  imageId: string | undefined;

  constructor(backoffOptions: CrashBackoffOptions) {
    this.#backoffOptions = backoffOptions;
  }

  view(): ContainerView {
    const run = this.#run?.is === "running" ? { ...this.#run, ...this.#readiness() } : this.#run;
    const wait = run?.is === "ended" ? restartWait(this.#backoff, run.finishedAtMs, this.#backoffOptions) : undefined;
    return {
      inSandbox: this.#inSandbox,
      ...(run === undefined ? {} : { run }),
      ...(this.#previous === undefined ? {} : { previous: this.#previous }),
      ...(this.blocked === undefined ? {} : { blocked: this.blocked }),
      ...(wait === undefined ? {} : { restart: wait }),
      ...(this.imageId === undefined ? {} : { imageId: this.imageId }),
    };
  }

  /** What the API last knew, for a container whose processes are gone: after a reboot of the machine, or a stop of Ordinal. */
  recall(status: ContainerStatus): void {
    this.imageId = status.imageID === "" ? undefined : status.imageID;
    this.#previous = endedFrom(status.lastState?.terminated, status.restartCount - 1);
    const current = endedFrom(status.state?.terminated, status.restartCount) ?? lostFrom(status);
    this.#run = current ?? endedFrom(status.lastState?.terminated, status.restartCount);
    if (current === undefined) this.#previous = undefined;
  }

  /** A run that outlived the daemon. `status` is what the API last knew of the container. */
  adopt(attempt: number, state: RunState, status: ContainerStatus | undefined): void {
    if (status !== undefined) this.recall(status);
    if (status !== undefined && this.#run?.is === "ended" && this.#run.attempt < attempt) this.#previous = this.#run;
    this.#inSandbox = true;
    if (state.is === "exited") {
      const known = this.#run?.is === "ended" && this.#run.attempt === attempt && this.#run.reason !== unknownReason;
      if (!known) this.#run = endedRun(attempt, state);
      return;
    }
    this.#run = {
      is: "running",
      attempt,
      startedAtMs: state.startedAtMs,
      started: false,
      ready: false,
      stopping: false,
    };
    this.#exited = Promise.withResolvers();
  }

  /** A new run has begun. Its verdicts are set by `expect`. */
  began(attempt: number, startedAtMs: number): void {
    this.#keepPrevious(startedAtMs);
    this.#inSandbox = true;
    this.blocked = undefined;
    this.#exited = Promise.withResolvers();
    this.#run = { is: "running", attempt, startedAtMs, started: false, ready: false, stopping: false };
  }

  /** A new run could not even begin. Source: containerd reports such a run as ended with code 128, StartError. */
  couldNotStart(attempt: number, nowMs: number, message: string): void {
    this.#keepPrevious(nowMs);
    this.#inSandbox = true;
    this.blocked = undefined;
    this.#run = { is: "ended", attempt, code: 128, reason: "StartError", message, startedAtMs: 0, finishedAtMs: nowMs };
  }

  /** What has to happen before the run counts as started, and as ready. */
  expect(verdicts: Verdicts): void {
    this.#verdicts = verdicts;
  }

  postStartDone(attempt: number): void {
    if (this.#isCurrent(attempt)) this.#verdicts = { ...this.#verdicts, hasPostStart: false };
  }

  probed(attempt: number, kind: "startup" | "readiness", isSuccess: boolean): void {
    if (this.#isCurrent(attempt)) this.#verdicts = { ...this.#verdicts, [kind]: isSuccess ? "success" : "waiting" };
  }

  /** The run must be stopped and followed by another; `why` is the text of the Killing event. */
  condemn(attempt: number, why: string): void {
    if (this.#run?.is === "running" && this.#isCurrent(attempt)) this.#run = { ...this.#run, condemned: why };
  }

  stopping(): void {
    if (this.#run?.is === "running") this.#run = { ...this.#run, stopping: true };
  }

  /** False for a run that is not the newest one, or is known to have ended. */
  ended(attempt: number, state: RunState & { readonly is: "exited" }): boolean {
    if (this.#run?.is !== "running" || !this.#isCurrent(attempt)) return false;
    this.#run = endedRun(attempt, state);
    this.#exited.resolve();
    return true;
  }

  /** The last words of the newest run. */
  explain(attempt: number, message: string): void {
    if (this.#run?.is === "ended" && this.#isCurrent(attempt)) this.#run = { ...this.#run, message };
  }

  /** Resolves when the newest run has ended. */
  get exited(): Promise<void> {
    return this.#exited.promise;
  }

  #isCurrent(attempt: number): boolean {
    return this.#run?.attempt === attempt;
  }

  #keepPrevious(nowMs: number): void {
    if (this.#run?.is !== "ended") return;
    this.#previous = this.#run;
    if (this.#inSandbox) this.#backoff = lengthen(this.#backoff, nowMs, this.#backoffOptions);
  }

  #readiness(): { readonly started: boolean; readonly ready: boolean } {
    const { hasPostStart, startup, readiness } = this.#verdicts;
    const started = !hasPostStart && startup !== "waiting";
    return { started, ready: started && readiness !== "waiting" };
  }
}

/** Upstream's word for a container of which nobody knows how it ended. */
const unknownReason = "Unknown";

function endedRun(attempt: number, state: RunState & { readonly is: "exited" }): EndedRun {
  const { code, startedAtMs, finishedAtMs, lost } = state;
  const reason = lost ? "ContainerStatusUnknown" : code === 0 ? "Completed" : "Error";
  const message = "The container could not be located when the pod was terminated";
  return { is: "ended", attempt, code, reason, startedAtMs, finishedAtMs, ...(lost ? { message } : {}) };
}

type Terminated = NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>;

function endedFrom(terminated: Terminated | undefined, attempt: number): EndedRun | undefined {
  if (terminated === undefined) return undefined;
  const { exitCode, reason = "Error", message, startedAt, finishedAt } = terminated;
  return {
    is: "ended",
    attempt,
    code: exitCode,
    reason,
    startedAtMs: Date.parse(startedAt ?? "") || 0,
    finishedAtMs: Date.parse(finishedAt ?? "") || 0,
    ...(message === undefined ? {} : { message }),
  };
}

/** A run the API knew as going on, of which nothing is left. Source: containerd after a reboot: code 255, Unknown. */
function lostFrom({ state, restartCount }: ContainerStatus): EndedRun | undefined {
  if (state?.running === undefined) return undefined;
  const startedAtMs = Date.parse(state.running.startedAt ?? "") || 0;
  return {
    is: "ended",
    attempt: restartCount,
    code: 255,
    reason: unknownReason,
    startedAtMs,
    finishedAtMs: startedAtMs,
  };
}
