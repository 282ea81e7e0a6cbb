import type { ProbeKind } from "./probe-state.ts";

/** One attempt to come. An early one may only bring good news: its failure counts for nothing and is not told. */
export interface Attempt {
  readonly atMs: number;
  readonly isEarly: boolean;
}

export interface ScheduleFacts {
  readonly kind: ProbeKind;
  /** When the initial delay is over. */
  readonly firstMs: number;
  readonly periodMs: number;
  readonly nowMs: number;
  /** When the attempt before this one began; undefined for the first. */
  readonly lastMs?: number;
  /** How many attempts were early, and whether one of any kind has succeeded. */
  readonly earlyAttempts: number;
  readonly hasSucceeded: boolean;
}

const earlyBaseMs = 20;

/**
 * When to probe next. A container that has only just started is asked often within its first period, so that it is
 * ready when it is and not a period later; upstream gets there by its manual triggers (`prober/worker.go`). Liveness
 * is asked at once and once per period, nothing else.
 */
export function nextAttempt(facts: ScheduleFacts): Attempt {
  const { kind, firstMs, periodMs, nowMs, lastMs, earlyAttempts, hasSucceeded } = facts;
  const firstCounted = firstMs + periodMs;
  const isStarting = kind !== "liveness" && !hasSucceeded && nowMs < firstCounted;
  if (lastMs === undefined) return { atMs: Math.max(firstMs, nowMs), isEarly: isStarting };
  if (!isStarting) return { atMs: Math.max(lastMs + periodMs, nowMs), isEarly: false };
  const atMs = nowMs + Math.min(earlyBaseMs * 2 ** earlyAttempts, periodMs);
  return atMs < firstCounted ? { atMs, isEarly: true } : { atMs: firstCounted, isEarly: false };
}
