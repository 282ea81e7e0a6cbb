import { createServices, type BenchNames } from "./names.ts";

/** Services whose endpoints are flipped, each one flip at a time. */
export function flippedServices(): BenchNames {
  return createServices([100, 100, 100, 100]);
}

/** Milliseconds, by flip: until the API had acknowledged it, and from then on until an answer showed it. */
export interface FlipFigures {
  readonly writes: readonly number[];
  readonly shown: readonly number[];
}
