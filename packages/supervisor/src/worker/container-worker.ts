import type { Container, ContainerStatus, Pod, Probe } from "@ordinal/api";
import { backoffDelay, describeError, type Stoppable } from "@ordinal/runtime";
import { chooseImage, type ImageChoice } from "../images/choose-image.ts";
import type { StopSignal } from "../images/profile.ts";
import { StartError, type RunId, type RunState } from "../pod-runtime.ts";
import type { ProbeKind } from "../probes/probe-state.ts";
import { startProber } from "../probes/prober.ts";
import type { MountedVolumes } from "../volumes/pod-volumes.ts";
import { buildRun } from "./build-run.ts";
import { ContainerRecord } from "./container-record.ts";
import { runHook } from "./lifecycle-hook.ts";
import type { PodEvents } from "./pod-events.ts";
import { stopContainer, type Stopping } from "./stop-container.ts";
import type { WorkerContext } from "./worker-context.ts";

export interface ContainerWorkerOptions {
  readonly container: Container;
  readonly podUid: string;
  readonly context: WorkerContext;
  readonly events: PodEvents;
  /** Something about the container is different now. */
  readonly onChange: () => void;
}

/** What a start needs to know of the pod around the container. */
export interface StartRequest {
  readonly pod: Pod;
  readonly attempt: number;
  readonly volumes: MountedVolumes;
  readonly address: string;
}

const configRetryMs = 1_000;

/** Starts, probes and stops one container, and keeps the record of it. */
export class ContainerWorker {
  readonly record: ContainerRecord;
  readonly #options: ContainerWorkerOptions;
  #probers: Stoppable[] = [];
  #stopping: Stopping | undefined;
  #postStart = new AbortController();
  #pullFailures = 0;
  #pullAgainAtMs = 0;
  #stopSignal: StopSignal = "SIGTERM";

  constructor(options: ContainerWorkerOptions) {
    this.#options = options;
    this.record = new ContainerRecord(options.context.settings.crashBackoff);
  }

  /** Tries to begin a run. What stands in its way is in the record afterwards; throws only what nobody expects. */
  async start(request: StartRequest): Promise<void> {
    const { context, container, events } = this.#options;
    const image = await this.#image();
    if (image === undefined) return;
    const spec = await buildRun({ ...request, container, image }, context);
    if (!spec.ok) return this.#block("CreateContainerConfigError", spec.error);
    if (image.profile !== undefined) events.pulled(container);
    // What the run before left behind may hold the port that the next one needs.
    if (request.attempt > 0) await context.runtime.kill(this.#runId(request.attempt - 1));
    try {
      const state = await context.runtime.start(spec.value);
      this.record.began(request.attempt, state.startedAtMs);
      events.started(container);
      this.watch(request);
      if (state.is === "exited") this.ended(request.attempt, state);
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      this.record.couldNotStart(request.attempt, context.clock.now(), error.message);
      events.failed(`failed to start container ${JSON.stringify(container.name)}: ${error.message}`);
    }
  }

  /** Picks up a run that outlived the daemon. `status` is what the API last knew of the container. */
  adopt(
    attempt: number,
    state: RunState,
    { status, address }: { status: ContainerStatus | undefined; address: string },
  ): void {
    this.record.adopt(attempt, state, status);
    void this.#recallProfile();
    if (state.is === "exited") return;
    this.watch({ attempt, address }, { started: status?.started === true, ready: status?.ready === true });
  }

  /** Follows a run that has begun: its postStart hook and its probes. For an adopted run `known` is what the API last said. */
  watch(
    { attempt, address }: Pick<StartRequest, "attempt" | "address">,
    known?: { readonly started: boolean; readonly ready: boolean },
  ): void {
    const { startupProbe, readinessProbe, livenessProbe, lifecycle } = this.#options.container;
    const hasPostStart = lifecycle?.postStart !== undefined && known?.started !== true;
    const isStarted = startupProbe === undefined || known?.started === true;
    this.record.expect({
      hasPostStart,
      startup: startupProbe === undefined ? "none" : isStarted ? "success" : "waiting",
      readiness: readinessProbe === undefined ? "none" : known?.ready === true ? "success" : "waiting",
    });
    if (hasPostStart) void this.#runPostStart(attempt, address);
    const probeOthers = (): void => {
      if (readinessProbe !== undefined) this.#probe("readiness", readinessProbe, { attempt, address });
      if (livenessProbe !== undefined) this.#probe("liveness", livenessProbe, { attempt, address });
    };
    if (isStarted || startupProbe === undefined) probeOthers();
    else this.#probe("startup", startupProbe, { attempt, address, onSuccess: probeOthers });
  }

  /** Tells the newest run to end; again, with an earlier deadline, hurries it. */
  stop({ deadlineMs, because, address }: { deadlineMs: number; because: string; address: string }): void {
    if (this.#stopping !== undefined) return this.#stopping.hurry(deadlineMs);
    const { run } = this.record.view();
    if (run?.is !== "running") return;
    const { context, container, events, onChange } = this.#options;
    this.record.stopping();
    events.killing(because);
    this.#release();
    this.#stopping = stopContainer({
      run: this.#runId(run.attempt),
      container,
      address,
      signal: this.#stopSignal,
      deadlineMs,
      runtime: context.runtime,
      clock: context.clock,
      exited: this.record.exited,
      onHookFailure: (message) => events.hookFailed("PreStop", message),
    });
    const { done } = this.#stopping;
    done
      .catch((error: unknown) =>
        context.log.warn(`could not end container ${container.name}`, { error: describeError(error) }),
      )
      .finally(() => {
        this.#stopping = undefined;
        onChange();
      });
  }

  /** Whether processes of the container may still be there. */
  get isBusy(): boolean {
    return this.#stopping !== undefined;
  }

  /** The runtime says that a run has ended. */
  ended(attempt: number, state: RunState & { readonly is: "exited" }): void {
    if (!this.record.ended(attempt, state)) return;
    this.#release();
    void this.#explain(attempt, state.code);
    this.#options.onChange();
  }

  /** Whether the container waits for its image, and might get it now. */
  retryImage(): boolean {
    const isWaiting = ["ErrImagePull", "ImagePullBackOff"].includes(this.record.blocked?.reason ?? "");
    if (isWaiting) this.record.blocked = undefined;
    return isWaiting;
  }

  /** Stops following the container, and leaves it running. */
  release(): void {
    this.#release();
  }

  async #image(): Promise<ImageChoice | undefined> {
    const { context, container, events } = this.#options;
    const { catalogue, runtime, settings, clock } = context;
    const choice = await chooseImage(container, { catalogue, which: (program, path) => runtime.which(program, path) });
    if (choice.ok) {
      this.#pullFailures = 0;
      this.#stopSignal = choice.value.profile?.stopSignal ?? "SIGTERM";
      this.record.imageId = choice.value.imageId;
      return choice.value;
    }
    const nowMs = clock.now();
    if (nowMs >= this.#pullAgainAtMs) {
      this.#pullFailures += 1;
      this.#pullAgainAtMs = nowMs + backoffDelay(this.#pullFailures, settings.imageBackoff);
      this.record.blocked = { reason: "ErrImagePull", message: choice.error, retryAtMs: nowMs + configRetryMs };
      events.failedPull(container, choice.error);
      return undefined;
    }
    const message = `Back-off pulling image ${JSON.stringify(container.image ?? "")}: ErrImagePull: ${choice.error}`;
    this.record.blocked = { reason: "ImagePullBackOff", message, retryAtMs: this.#pullAgainAtMs };
    events.backOffPull(container);
    return undefined;
  }

  /** An adopted run ends by the signal of the profile it was started from. */
  async #recallProfile(): Promise<void> {
    const { context, container } = this.#options;
    const name = this.record.imageId?.replace("ordinal://profiles/", "") ?? "";
    try {
      const profile = await context.catalogue.named(name);
      this.#stopSignal = profile?.stopSignal ?? "SIGTERM";
    } catch (error) {
      context.log.warn(`no image profile for ${container.name}`, { error: describeError(error) });
    }
  }

  #block(reason: string, message: string): void {
    const { context, events } = this.#options;
    if (this.record.blocked?.message !== message) events.failed(message);
    this.record.blocked = { reason, message, retryAtMs: context.clock.now() + configRetryMs };
  }

  #probe(
    kind: ProbeKind,
    probe: Probe,
    { attempt, address, onSuccess }: { attempt: number; address: string; onSuccess?: () => void },
  ): void {
    const { context, container, events, onChange } = this.#options;
    const { run } = this.record.view();
    if (run?.is !== "running") return;
    const title = kind[0]?.toUpperCase() + kind.slice(1);
    const prober = startProber({
      kind,
      probe,
      container,
      run: this.#runId(attempt),
      address,
      startedAtMs: run.startedAtMs,
      runtime: context.runtime,
      clock: context.clock,
      onResult: ({ is, message }) => {
        if (is !== "success") events.probe(title, { is, message });
      },
      onVerdict: (verdict) => {
        if (kind !== "liveness") this.record.probed(attempt, kind, verdict === "success");
        if (kind === "startup") void prober.stop();
        if (kind === "startup" && verdict === "success") onSuccess?.();
        if (kind !== "readiness" && verdict === "failure") {
          this.record.condemn(attempt, `Container ${container.name} failed ${kind} probe, will be restarted`);
        }
        onChange();
      },
    });
    this.#probers.push(prober);
  }

  async #runPostStart(attempt: number, address: string): Promise<void> {
    const { container, context, events, onChange } = this.#options;
    const { signal } = (this.#postStart = new AbortController());
    const handler = container.lifecycle?.postStart ?? {};
    const { runtime, clock } = context;
    const failure = await runHook({ handler, container, run: this.#runId(attempt), address, runtime, clock, signal });
    if (signal.aborted) return;
    if (failure === undefined) this.record.postStartDone(attempt);
    else {
      events.hookFailed("PostStart", failure);
      this.record.condemn(attempt, `Container ${container.name} failed postStart hook`);
    }
    onChange();
  }

  /** The tail of the log as the message of a failed run, for those who ask for it. */
  async #explain(attempt: number, code: number): Promise<void> {
    const { container, context, onChange } = this.#options;
    if (code === 0 || container.terminationMessagePolicy !== "FallbackToLogsOnError") return;
    try {
      this.record.explain(attempt, await context.runtime.logTail(this.#runId(attempt), 2_048));
      onChange();
    } catch (error) {
      context.log.debug(`could not read the last words of ${container.name}`, { error: describeError(error) });
    }
  }

  #release(): void {
    this.#postStart.abort();
    for (const prober of this.#probers.splice(0)) void prober.stop();
  }

  #runId(attempt: number): RunId {
    return { podUid: this.#options.podUid, container: this.#options.container.name, attempt };
  }
}
