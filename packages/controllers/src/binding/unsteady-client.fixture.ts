import { ApiError } from "@ordinal/api";
import type { Client, WatchEvent } from "@ordinal/client";
import type { Random } from "../random.fixture.ts";

/** A way to the API that is slow, fails before and after the write, is cut off, and in the end is dead. */
export interface Unsteady {
  readonly client: Client;
  /** From now on nothing goes wrong any more. */
  calm(): void;
  /** Whoever still holds it is as good as killed: nothing he does arrives. */
  kill(): void;
}

export function unsteadyClient(steady: Client, random: Random): Unsteady {
  let isCalm = false;
  let isDead = false;

  const happens = (times: number): boolean => !isCalm && random.below(times) === 0;

  async function write<T>(doIt: () => Promise<T>): Promise<T> {
    await dawdle();
    if (isDead || happens(12)) throw cutOff();
    const answer = await doIt();
    await dawdle();
    // The write has arrived, and the writer never knows.
    if (isDead || happens(12)) throw cutOff();
    return answer;
  }

  async function dawdle(): Promise<void> {
    const turns = isCalm ? 0 : random.below(6);
    for (let turn = 0; turn < turns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  }

  async function* watch<T>(events: AsyncIterable<WatchEvent<T>>): AsyncIterable<WatchEvent<T>> {
    for await (const event of events) {
      await dawdle();
      if (isDead || happens(40)) throw cutOff();
      yield event;
    }
  }

  return {
    client: {
      get: async (resource, at) => await write(() => steady.get(resource, at)),
      list: async (resource, options) => await write(() => steady.list(resource, options)),
      watch: (resource, options) => watch(steady.watch(resource, options)),
      create: async (resource, object, options) => await write(() => steady.create(resource, object, options)),
      update: async (resource, object, options) => await write(() => steady.update(resource, object, options)),
      patch: async (resource, at, patch) => await write(() => steady.patch(resource, at, patch)),
      delete: async (resource, at, options) => await write(() => steady.delete(resource, at, options)),
      bind: async (pod, nodeName) => await write(() => steady.bind(pod, nodeName)),
    },
    calm() {
      isCalm = true;
    },
    kill() {
      isDead = true;
    },
  };
}

function cutOff(): ApiError {
  return new ApiError("ServiceUnavailable", "the API is not to be reached");
}
