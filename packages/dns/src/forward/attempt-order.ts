import type { Upstream } from "./upstream.ts";

/** Which upstream is asked first. */
export type Policy = "sequential" | "random";

type Candidate = Pick<Upstream, "isDown" | "isLooping">;

export interface AttemptOrder<U> {
  readonly upstreams: readonly U[];
  /** All are down, so one is as good as another: perhaps it is the probes that do not get through. */
  readonly isGuess: boolean;
}

/**
 * In which order upstreams are asked: those that are up, by policy; where all are down, all of them at random. Those that
 * lead back here never are. Source: CoreDNS plugin/forward.
 */
export function attemptOrder<U extends Candidate>(
  upstreams: readonly U[],
  { policy, random }: { readonly policy: Policy; readonly random: () => number },
): AttemptOrder<U> {
  const possible = upstreams.filter(({ isLooping }) => !isLooping);
  const up = possible.filter((upstream) => !upstream.isDown());
  if (up.length === 0) return { upstreams: shuffled(possible, random), isGuess: possible.length > 0 };
  return { upstreams: policy === "random" ? shuffled(up, random) : up, isGuess: false };
}

/** Fisher and Yates' shuffle. `random` gives numbers from 0 to below 1. */
function shuffled<U>(upstreams: readonly U[], random: () => number): readonly U[] {
  const order = [...upstreams];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [order[last], order[other]] as [U, U];
    order[last] = b;
    order[other] = a;
  }
  return order;
}
