import { createServices, type BenchNames } from "./names.ts";

/** Services whose endpoints are flipped, each one flip at a time; small ones, since a flip writes the whole slice. */
export function flippedServices(): BenchNames {
  return createServices([20, 20, 20, 20]);
}

/** Milliseconds, by flip: until the API had acknowledged it, and from then on until an answer showed it. */
export interface FlipFigures {
  readonly writes: readonly number[];
  readonly shown: readonly number[];
}
