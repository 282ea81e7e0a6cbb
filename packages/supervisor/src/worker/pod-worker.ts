import {
  areGatesOpen,
  isApiError,
  isPodFinished,
  isPodReady,
  isTerminating,
  type Container,
  type Pod,
} from "@ordinal/api";
import { unreachable, type Outcome } from "@ordinal/runtime";
import type { Adopted, RunId, RunState } from "../pod-runtime.ts";
import { readinessOf, waitUntilNamed, waitUntilWithdrawn, type NameWait } from "../readiness/name-gate.ts";
import { areAllReady } from "../status/conditions.ts";
import { podStatus } from "../status/pod-status.ts";
import { createStatusWriter, type StatusWriter } from "../status/status-writer.ts";
import { ContainerWorker } from "./container-worker.ts";
import { allContainers, type Plan, type Step } from "./plan.ts";
import { planPod } from "./plan-pod.ts";
import { createPodEvents, type PodEvents } from "./pod-events.ts";
import { PodSandbox } from "./pod-sandbox.ts";
import { isEnding, type ContainerView, type PodView } from "./pod-view.ts";
import { announceWaits } from "./announce-waits.ts";
import type { WorkerContext } from "./worker-context.ts";

/** Brings one pod to what its object says, step by step. Its manager never calls `reconcile` twice at once. */
export class PodWorker {
  readonly #context: WorkerContext;
  readonly #events: PodEvents;
  readonly #writer: StatusWriter;
  readonly #sandbox: PodSandbox;
  readonly #containers: ReadonlyMap<string, ContainerWorker>;
  readonly #announced = new Set<string>();
  readonly #finished = Promise.withResolvers<void>();
  #isFinished = false;
  #isGone = false;
  #shutdownGraceMs: number | undefined;
  #naming: NameWait | undefined;
  #withdrawing: NameWait | undefined;
  #stoppingSinceMs: number | undefined;
  #eviction: string | undefined;
  #hasVolumes = true;

  constructor(pod: Pod, context: WorkerContext, adopted?: Adopted) {
    const onChange = (): void => context.enqueue(pod.metadata.uid);
    this.#context = context;
    this.#events = createPodEvents(context.events, pod);
    this.#writer = createStatusWriter({ ...context, pod, onFailure: () => context.clock.after(1_000, onChange) });
    this.#sandbox = new PodSandbox(context, this.#events);
    const shared = { podUid: pod.metadata.uid, context, events: this.#events, onChange };
    this.#containers = new Map(
      allContainers(pod).map((container) => [container.name, new ContainerWorker({ ...shared, container })]),
    );
    this.#recall(pod, adopted);
  }

  /** The pod as far as it is known here; also after it is gone from the API. */
  get pod(): Pod {
    return this.#writer.current();
  }

  /** Nothing of the pod is left to do. */
  get isFinished(): boolean {
    return this.#isFinished;
  }

  /** Whether it depends on DNS what happens next. */
  get isWaitingForNames(): boolean {
    return [this.#naming, this.#withdrawing].some((wait) => wait?.isOver === false);
  }

  container(name: string): ContainerView | undefined {
    return this.#containers.get(name)?.record.view();
  }

  ended({ container, attempt }: RunId, state: RunState & { readonly is: "exited" }): void {
    this.#containers.get(container)?.ended(attempt, state);
  }

  /** Tries images again that could not be found. */
  retryImages(): void {
    const hasAny = [...this.#containers.values()].filter((container) => container.retryImage()).length > 0;
    if (hasAny) this.#context.enqueue(this.pod.metadata.uid);
  }

  /** An object has changed that files of the pod's volumes are made from. */
  objectsChanged(): void {
    this.#sandbox.invalidate(this.pod);
    this.#context.enqueue(this.pod.metadata.uid);
  }

  /** Ends the pod for good, because of what it has taken of the node. */
  evict(message: string): void {
    if (this.#eviction !== undefined || this.#isFinished || isPodFinished(this.pod)) return;
    this.#eviction = message;
    this.#events.evicted(message);
    this.#context.enqueue(this.pod.metadata.uid);
  }

  /** Ends the pod's processes as on a shutdown of the machine; resolves when nothing runs. */
  async shutDown(graceMs: number): Promise<void> {
    this.#shutdownGraceMs = graceMs;
    this.#context.enqueue(this.pod.metadata.uid);
    if (!this.#isFinished) await this.#finished.promise;
  }

  /** Stops following the pod, and leaves it running. */
  async release(): Promise<void> {
    for (const container of this.#containers.values()) container.release();
    await this.#sandbox.release(this.pod);
    await this.#writer.settled();
  }

  /** Takes every step that can be taken now. `seen` is the pod as the API has it, undefined when it is gone. */
  async reconcile(seen: Pod | undefined): Promise<Outcome> {
    if (this.#isFinished) return {};
    if (seen === undefined) this.#isGone = true;
    else this.#writer.see(seen);
    // The first sign of life: the pod is ours and its containers are being made.
    if (this.pod.status?.startTime === undefined) this.#writeStatus();
    await this.#tendVolumes();
    for (;;) {
      const view = this.#view();
      const plan = planPod(this.pod, view);
      if (!(await this.#take(plan.steps))) return this.#settle(plan);
    }
  }

  /** Keeps the volumes of what runs as the API says, and lets go of them when nothing will run any more. */
  async #tendVolumes(): Promise<void> {
    const view = this.#view();
    if (isEnding(view) || isTerminating(this.pod)) return;
    if (!isPodFinished(this.pod)) {
      if (this.#sandbox.address !== undefined) await this.#sandbox.volumes(this.pod);
      return;
    }
    const isIdle = [...view.containers.values()].every(({ run }) => run?.is !== "running");
    const isBusy = [...this.#containers.values()].some((container) => container.isBusy);
    if (!this.#hasVolumes || !isIdle || isBusy) return;
    await this.#sandbox.releaseVolumes(this.pod);
    this.#hasVolumes = false;
  }

  /** True when something happened that calls for a new plan. */
  async #take(steps: readonly Step[]): Promise<boolean> {
    let hasChanged = false;
    for (const step of steps) hasChanged = (await this.#act(step)) || hasChanged;
    return hasChanged;
  }

  async #act(step: Step): Promise<boolean> {
    const { pod } = this;
    switch (step.do) {
      case "open":
        // Two pods of one name must never write to one volume. The end of the other asks for a reconcile.
        return !this.#context.hasPredecessor(pod) && (await this.#sandbox.open(pod));
      case "start": {
        const volumes = await this.#sandbox.volumes(pod);
        const { address } = this.#sandbox;
        if (volumes === undefined || address === undefined) return false;
        await this.#worker(step.container).start({ pod, attempt: step.attempt, volumes, address });
        return true;
      }
      case "stop": {
        const { container, deadlineMs, because } = step;
        const view = this.#view();
        if (isEnding(view) || isTerminating(pod) || view.eviction !== undefined)
          this.#stoppingSinceMs ??= this.#context.clock.now();
        this.#worker(container).stop({ deadlineMs, because, address: this.#sandbox.address ?? "" });
        return false;
      }
      case "finish":
        await this.#finish(pod);
        return false;
      default:
        return unreachable(step);
    }
  }

  async #finish(pod: Pod): Promise<void> {
    // A kill that still works on leftovers asks for a reconcile when it is done.
    if ([...this.#containers.values()].some((container) => container.isBusy)) return;
    const isShutdown = this.#shutdownGraceMs !== undefined && !isTerminating(pod) && !this.#isGone;
    if (!isShutdown) this.#writeStatus();
    await this.#writer.settled();
    await this.#sandbox.close(pod, { andFiles: !isShutdown });
    if (isShutdown) this.#writeStatus();
    await this.#writer.settled();
    if (!isShutdown && !this.#isGone) await this.#remove(pod);
    this.#isFinished = true;
    this.#finished.resolve();
  }

  async #remove({ metadata: { namespace = "", name, uid } }: Pod): Promise<void> {
    try {
      await this.#context.client.delete("pods", { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
    } catch (error) {
      if (!isApiError(error, "NotFound", "Conflict")) throw error;
    }
  }

  #settle({ againAtMs }: Plan): Outcome {
    if (this.#isFinished) return {};
    this.#advanceNaming();
    this.#writeStatus();
    announceWaits(this.pod, this.#view(), { events: this.#events, announced: this.#announced });
    const times = [againAtMs, this.#sandbox.retryAtMs, this.#boundOf(this.#naming), this.#boundOf(this.#withdrawing)];
    const next = Math.min(...times.filter((time) => time !== undefined));
    return Number.isFinite(next) ? { againMs: Math.max(0, next - this.#context.clock.now()) } : {};
  }

  /** Follows the pod's names into DNS while nothing else keeps it from being Ready, and forgets them when something does. */
  #advanceNaming(): void {
    if (!areAllReady(this.pod, this.#view()) || !areGatesOpen(this.pod)) {
      this.#naming = undefined;
      return;
    }
    const before = this.#naming;
    this.#naming = waitUntilNamed(before, this.#nameFacts());
    if (this.#naming.hasTimedOut && before?.hasTimedOut !== true) {
      this.#events.namesNotServed(this.#context.settings.namesBoundMs);
    }
  }

  #advanceWithdrawal(): void {
    const before = this.#withdrawing;
    this.#withdrawing = waitUntilWithdrawn(before, this.#nameFacts());
    if (this.#withdrawing.hasTimedOut && before?.hasTimedOut !== true && !this.#isGone) {
      this.#events.namesNotServed(this.#context.settings.namesBoundMs);
    }
  }

  #nameFacts(): Parameters<typeof waitUntilNamed>[1] {
    const { names, clock, settings } = this.#context;
    const { pod } = this;
    const servedRevision = names.servedRevision();
    return { pod, world: names.worldOf(pod), servedRevision, nowMs: clock.now(), boundMs: settings.namesBoundMs };
  }

  #boundOf(wait: NameWait | undefined): number | undefined {
    return wait === undefined || wait.isOver ? undefined : wait.sinceMs + this.#context.settings.namesBoundMs;
  }

  #view(): PodView {
    const { address } = this.#sandbox;
    const isLeaving = this.#isGone || this.#shutdownGraceMs !== undefined || isTerminating(this.pod);
    if (isLeaving) this.#advanceWithdrawal();
    return {
      nowMs: this.#context.clock.now(),
      containers: new Map([...this.#containers].map(([name, { record }]) => [name, record.view()])),
      isGone: this.#isGone,
      isWithdrawn: this.#withdrawing?.isOver === true,
      ...(address === undefined ? {} : { address }),
      ...(this.#shutdownGraceMs === undefined ? {} : { shutdownGraceMs: this.#shutdownGraceMs }),
      ...(this.#eviction === undefined ? {} : { eviction: this.#eviction }),
      ...(this.#stoppingSinceMs === undefined ? {} : { stoppingSinceMs: this.#stoppingSinceMs }),
    };
  }

  #writeStatus(): void {
    if (this.#isGone) return;
    const view = this.#view();
    const facts = { hostIP: this.#context.settings.hostIP, readiness: readinessOf(this.#naming) };
    this.#writer.write((pod) => podStatus(pod, view, facts));
  }

  #worker({ name }: Container): ContainerWorker {
    const worker = this.#containers.get(name);
    if (worker === undefined) throw new TypeError(`pod ${this.pod.metadata.name} has no container ${name}`);
    return worker;
  }

  /** Picks up what outlived the last daemon, and what the API remembers of the rest. */
  #recall(pod: Pod, adopted: Adopted | undefined): void {
    if (adopted !== undefined) this.#sandbox.adopt(adopted.sandbox);
    if (adopted !== undefined && isPodReady(pod)) {
      this.#naming = { sinceMs: this.#context.clock.now(), isOver: true, hasTimedOut: false };
    }
    const known = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    for (const [name, worker] of this.#containers) {
      const status = known.find((each) => each.name === name);
      const newest = newestRun(name, adopted);
      if (newest !== undefined)
        worker.adopt(newest.attempt, this.#context.runtime.stateOf(newest) ?? newest.state, {
          status,
          address: adopted?.sandbox.address ?? "",
        });
      else if (status !== undefined) worker.record.recall(status);
    }
  }
}

function newestRun(name: string, adopted: Adopted | undefined): (RunId & { readonly state: RunState }) | undefined {
  const runs = (adopted?.runs ?? []).filter(({ id }) => id.container === name);
  const newest = runs.toSorted((a, b) => a.id.attempt - b.id.attempt).at(-1);
  return newest === undefined ? undefined : { ...newest.id, state: newest.state };
}
