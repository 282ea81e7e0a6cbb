import type { Container, Probe } from "@ordinal/api";
import { describeError, type Clock, type Stoppable } from "@ordinal/runtime";
import type { PodRuntime, RunId } from "../pod-runtime.ts";
import { checkExec } from "./check-exec.ts";
import { checkGrpc } from "./check-grpc.ts";
import { checkHttp } from "./check-http.ts";
import { checkTcp } from "./check-tcp.ts";
import { findPort } from "./named-port.ts";
import { fold, untried, type ProbeKind, type ProbeResult, type ProbeState } from "./probe-state.ts";
import { nextAttempt, type ScheduleFacts } from "./schedule.ts";

export interface ProberOptions {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly container: Container;
  readonly run: RunId;
  /** The pod's address. */
  readonly address: string;
  readonly startedAtMs: number;
  readonly runtime: Pick<PodRuntime, "exec">;
  readonly clock: Clock;
  /** A result that says something new or something bad: for events. */
  readonly onResult: (result: ProbeResult) => void;
  /** The verdict changed, or is there for the first time. */
  readonly onVerdict: (verdict: "success" | "failure", result: ProbeResult) => void;
}

/** Probes one run until stopped: first when the initial delay is over, then as `nextAttempt` says. */
export function startProber(options: ProberOptions): Stoppable {
  const { kind, probe, clock, startedAtMs, onResult, onVerdict } = options;
  const thresholds = { successThreshold: probe.successThreshold ?? 1, failureThreshold: probe.failureThreshold ?? 3 };
  const firstMs = startedAtMs + (probe.initialDelaySeconds ?? 0) * 1_000;
  const periodMs = (probe.periodSeconds ?? 10) * 1_000;
  const ending = new AbortController();
  let state: ProbeState = untried;
  let past: Pick<ScheduleFacts, "lastMs" | "earlyAttempts" | "hasSucceeded"> = {
    earlyAttempts: 0,
    hasSucceeded: false,
  };

  async function run(): Promise<void> {
    for (;;) {
      const attempt = nextAttempt({ kind, firstMs, periodMs, nowMs: clock.now(), ...past });
      if (attempt.atMs > clock.now() && !(await hasSlept(clock, attempt.atMs - clock.now(), ending.signal))) return;
      const lastMs = clock.now();
      const result = await tryOnce(options, ending.signal);
      if (ending.signal.aborted) return;
      if (!attempt.isEarly || result.is !== "failure") take(result);
      past = {
        lastMs,
        earlyAttempts: past.earlyAttempts + (attempt.isEarly ? 1 : 0),
        hasSucceeded: past.hasSucceeded || result.is !== "failure",
      };
    }
  }

  function take(result: ProbeResult): void {
    const before = state.verdict;
    state = fold(state, result, thresholds);
    if (result.is !== "success") onResult(result);
    if (state.verdict !== undefined && state.verdict !== before) onVerdict(state.verdict, result);
  }

  const finished = run();
  return {
    async stop() {
      ending.abort();
      await finished;
    },
  };
}

/** False when it is time to end. */
async function hasSlept(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  await clock.sleep(ms, signal).catch(() => {});
  return !signal.aborted;
}

async function tryOnce(options: ProberOptions, ending: AbortSignal): Promise<ProbeResult> {
  const timeout = new AbortController();
  const cancel = options.clock.after((options.probe.timeoutSeconds ?? 1) * 1_000, () => timeout.abort());
  try {
    return await check(options, AbortSignal.any([timeout.signal, ending]));
  } catch (error) {
    return failure(describeError(error));
  } finally {
    cancel();
  }
}

async function check(options: ProberOptions, signal: AbortSignal): Promise<ProbeResult> {
  const { probe, container, address, runtime, run } = options;
  if (probe.exec !== undefined) return await checkExec({ runtime, run, signal, argv: probe.exec.command ?? [] });
  if (probe.httpGet !== undefined) {
    const port = findPort(probe.httpGet.port, container);
    return port.ok
      ? await checkHttp({ action: probe.httpGet, address, port: port.value, signal })
      : failure(port.error);
  }
  if (probe.tcpSocket !== undefined) {
    const port = findPort(probe.tcpSocket.port, container);
    const host = probe.tcpSocket.host ?? "";
    return port.ok
      ? await checkTcp({ host: host === "" ? address : host, port: port.value, signal })
      : failure(port.error);
  }
  if (probe.grpc !== undefined) {
    const { port, service = "" } = probe.grpc;
    return await checkGrpc({ host: address, port, service, signal });
  }
  return failure("missing probe handler");
}

const failure = (message: string): ProbeResult => ({ is: "failure", message });
