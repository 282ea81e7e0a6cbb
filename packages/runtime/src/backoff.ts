export interface BackoffOptions {
  /** The first delay. */
  readonly baseMs: number;
  /** No delay is longer. */
  readonly capMs: number;
}

/** The delay after the n-th failure in a row (n from 1): the base, doubled each time, up to the cap. */
export function backoffDelay(failures: number, { baseMs, capMs }: BackoffOptions): number {
  return Math.min(baseMs * 2 ** Math.min(failures - 1, 40), capMs);
}
