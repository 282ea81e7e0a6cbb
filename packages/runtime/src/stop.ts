/** Everything that starts can be stopped, and stopping means finished. */
export interface Stoppable {
  stop(): Promise<void>;
}

/** Collects what was started, to stop it in reverse order. */
export interface StopStack extends Stoppable {
  add<T extends Stoppable>(part: T): T;
  /** Runs `build`; if it throws, stops what was added so far and throws on. */
  guard<T>(build: () => Promise<T>): Promise<T>;
}

export function createStopStack(): StopStack {
  const parts: Stoppable[] = [];

  async function stop(): Promise<void> {
    const failures: unknown[] = [];
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      await part.stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, "could not stop everything");
  }

  return {
    stop,
    add(part) {
      parts.push(part);
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
