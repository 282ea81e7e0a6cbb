import type { Container } from "@ordinal/api";
import type { Clock } from "@ordinal/runtime";
import type { PodRuntime, RunId } from "../pod-runtime.ts";
import type { StopSignal } from "../images/profile.ts";
import { runHook } from "./lifecycle-hook.ts";

export interface StopOptions {
  readonly run: RunId;
  readonly container: Container;
  readonly address: string;
  readonly signal: StopSignal;
  /** When what is left is killed. No preStop hook runs when it is not in the future. */
  readonly deadlineMs: number;
  readonly runtime: Pick<PodRuntime, "exec" | "signal" | "kill">;
  readonly clock: Clock;
  /** Resolves when the run has ended. */
  readonly exited: Promise<void>;
  /** The preStop hook failed; the text for an event. */
  readonly onHookFailure: (message: string) => void;
}

export interface Stopping {
  /** Brings the deadline forward; a later one changes nothing. */
  hurry(deadlineMs: number): void;
  /** Resolves when nothing of the run is left. */
  readonly done: Promise<void>;
}

/** What a container gets to react to its signal though its preStop hook used up the grace. Source: kubelet killContainer. */
const minimumGraceMs = 2_000;

/** Ends a run: preStop hook, signal, and at the deadline a kill of everything it started. */
export function stopContainer(options: StopOptions): Stopping {
  const { run, container, address, runtime, clock, exited } = options;
  const timer = createDeadline(clock, options.deadlineMs);

  async function preStop(): Promise<void> {
    const handler = container.lifecycle?.preStop;
    if (handler === undefined || timer.signal.aborted) return;
    const failure = await runHook({ handler, container, run, address, runtime, clock, signal: timer.signal });
    if (failure !== undefined) options.onHookFailure(failure);
    if (!timer.isHurried()) timer.allow(minimumGraceMs);
  }

  async function stop(): Promise<void> {
    await preStop();
    if (!timer.signal.aborted) {
      runtime.signal(run, options.signal);
      await Promise.race([exited, timer.reached()]);
    }
    // Also after a peaceful end: the process may have left others behind.
    await runtime.kill(run);
    timer.cancel();
  }

  return { hurry: timer.hurry, done: stop() };
}

interface Deadline {
  readonly signal: AbortSignal;
  reached(): Promise<void>;
  readonly hurry: (deadlineMs: number) => void;
  isHurried(): boolean;
  /** At least this much more time, even when the deadline was reached. */
  allow(ms: number): void;
  cancel(): void;
}

function createDeadline(clock: Clock, firstMs: number): Deadline {
  let atMs = firstMs;
  let isHurried = firstMs <= clock.now();
  let reached = new AbortController();
  let cancel = arm();

  function arm(): () => void {
    const current = reached;
    const leftMs = atMs - clock.now();
    if (leftMs > 0) return clock.after(leftMs, () => current.abort());
    current.abort();
    return () => {};
  }

  function move(toMs: number): void {
    cancel();
    atMs = toMs;
    if (reached.signal.aborted) reached = new AbortController();
    cancel = arm();
  }

  return {
    get signal() {
      return reached.signal;
    },
    reached: () =>
      new Promise((resolve) => {
        if (reached.signal.aborted) resolve();
        else reached.signal.addEventListener("abort", () => resolve(), { once: true });
      }),
    hurry(deadlineMs) {
      if (deadlineMs >= atMs) return;
      isHurried ||= deadlineMs <= clock.now();
      move(deadlineMs);
    },
    isHurried: () => isHurried,
    allow(ms) {
      if (atMs < clock.now() + ms) move(clock.now() + ms);
    },
    cancel: () => cancel(),
  };
}
