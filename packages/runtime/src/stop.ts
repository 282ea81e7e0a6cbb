import type { Clock } from "./clock.ts";
import { describeError } from "./errors.ts";
import type { Logger } from "./logger.ts";

/** Everything that starts can be stopped, and stopping means finished. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** Collects what was started, to stop it in reverse order. */
export interface StopStack extends Stoppable {
  /** The name is for the log of a stack that has one. */
  add<T extends Stoppable>(part: T, name?: string): T;
  /** Runs `build`; if it throws, stops what was added so far and throws on. */
  guard<T>(build: () => Promise<T>): Promise<T>;
}

/** Where a stack says which part takes long to stop, or cannot be stopped. */
export interface StopReport {
  readonly clock: Clock;
  readonly log: Logger;
}

interface Part {
  readonly part: Stoppable;
  readonly name: string;
}

/** After how long a part that is still stopping is named. */
const slowMs = 5_000;

/** A part that cannot be stopped does not keep the others from it; `stop` then rejects with an AggregateError. */
export function createStopStack(report?: StopReport): StopStack {
  const parts: Part[] = [];

  async function stop(): Promise<void> {
    const failures: unknown[] = [];
    for (let next = parts.pop(); next !== undefined; next = parts.pop()) {
      await stopOne(next, report).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, "could not stop everything");
  }

  return {
    stop,
    add(part, name = "a part") {
      parts.push({ part, name });
      return part;
    },
    async guard(build) {
      try {
        return await build();
      } catch (error) {
        await stop();
        throw error;
      }
    },
  };
}

async function stopOne({ part, name }: Part, report: StopReport | undefined): Promise<void> {
  const cancel = report?.clock.after(slowMs, () => report.log.warn(`still stopping: ${name}`));
  try {
    await part.stop();
  } catch (error) {
    report?.log.error(`could not stop: ${name}`, { error: describeError(error) });
    throw error;
  } finally {
    cancel?.();
  }
}
