import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { Target } from "../plan/plan.ts";

/** One bound address. Stopping ends what goes through it. */
export interface Listener extends Stoppable {
  /** Where what arrives from now on goes; what is under way to a target that stays is not disturbed. */
  setTargets(targets: readonly Target[]): void;
  /** Takes nothing new; TCP connections that are open go on until they end by themselves. */
  retire(): void;
  /** Resolves when nothing is left of it. */
  readonly closed: Promise<void>;
}

export interface ListenerParts {
  readonly clock: Clock;
  readonly log: Logger;
}

/** Hands out targets in turn. */
export class Rotation {
  #targets: readonly Target[] = [];
  #next = 0;

  get targets(): readonly Target[] {
    return this.#targets;
  }

  set(targets: readonly Target[]): void {
    this.#targets = targets;
  }

  /** All targets, beginning with the one whose turn it is: the order to try them in. */
  take(): readonly Target[] {
    if (this.#targets.length === 0) return [];
    const start = this.#next % this.#targets.length;
    this.#next = start + 1;
    return [...this.#targets.slice(start), ...this.#targets.slice(0, start)];
  }
}
