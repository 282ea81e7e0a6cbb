/** Work that may run beside others of its kind, and work that runs alone. In the order asked for. */
export interface Turns {
  shared<T>(work: () => Promise<T>): Promise<T>;
  alone<T>(work: () => Promise<T>): Promise<T>;
}

export function createTurns(): Turns {
  let afterAlone: Promise<unknown> = Promise.resolve();
  let afterAll: Promise<unknown> = Promise.resolve();

  return {
    async shared(work) {
      const done = afterAlone.then(work);
      afterAll = Promise.all([afterAll, settled(done)]);
      return await done;
    },
    async alone(work) {
      const done = afterAll.then(work);
      afterAlone = settled(done);
      afterAll = afterAlone;
      return await done;
    },
  };
}

/** Whoever asked for the work hears of its failure; the next one need not. */
async function settled(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
