import { processorTicks, stolenShare } from "./processor.ts";

/** A round is measured again if more than this share of the processors' time was given to other machines. */
const mostStolen = 0.1;

export interface Rounds<T> {
  readonly results: readonly T[];
  /** How many were measured again. */
  readonly again: number;
}

/** Measures so many rounds; one in which the host of a virtual machine was busy with others again, once per round at most. */
export async function measureRounds<T>(count: number, measure: (round: number) => Promise<T>): Promise<Rounds<T>> {
  const results: T[] = [];
  let again = 0;
  while (results.length < count) {
    const before = await processorTicks();
    const result = await measure(results.length);
    if (stolenShare(before, await processorTicks()) > mostStolen && again < count) again += 1;
    else results.push(result);
  }
  return { results, again };
}

/** In words, with its line break; nothing where there was none. */
export function showAgain({ again }: Rounds<unknown>): string {
  return again === 0 ? "" : `measured again, because other machines had the processors meanwhile: ${again} rounds\n`;
}
