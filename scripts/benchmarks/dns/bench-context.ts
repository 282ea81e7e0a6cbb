import type { Workshop } from "./workshop.ts";

/** How long each thing is measured. */
export interface Plan {
  /** Odd, so that one of them is the median. Many short ones: what else goes on in the machine comes and goes within seconds. */
  readonly rounds: number;
  /** Every how many rounds servers other than the echo and ours take part. */
  readonly othersEvery: number;
  readonly seconds: number;
  /** The longest that asking every question once may take. */
  readonly warmUpSeconds: number;
  readonly latencyRounds: number;
  readonly latencySeconds: number;
  /** Writes in the storm, and flips of readiness. */
  readonly writes: number;
  readonly flips: number;
}

export const fullPlan: Plan = {
  rounds: 75,
  othersEvery: 15,
  seconds: 0.12,
  warmUpSeconds: 15,
  latencyRounds: 2,
  latencySeconds: 1,
  writes: 10_000,
  flips: 10_000,
};

export const quickPlan: Plan = {
  rounds: 15,
  othersEvery: 5,
  seconds: 0.1,
  warmUpSeconds: 8,
  latencyRounds: 1,
  latencySeconds: 0.4,
  writes: 2_000,
  flips: 1_000,
};

/** What every part of the benchmark is given. */
export interface BenchContext {
  readonly workshop: Workshop;
  readonly plan: Plan;
  /** Numbers of names. */
  readonly sizes: readonly number[];
  /** The same core twice where there is only one. */
  readonly cores: { readonly server: number; readonly generator: number };
  /** The command line's file. */
  readonly cli: string;
  /** Tells what is under way. */
  readonly progress: (text: string) => void;
}
