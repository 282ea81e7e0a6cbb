import { isApiError, type Draft, type ObjectOf, type ResourceName } from "@ordinal/api";
import type { Client, DeleteOptions, Patch, Ref } from "@ordinal/client";
import { systemClock } from "@ordinal/runtime";

const againMs = 25;
/** While the daemon is killed again and again, nobody knows how long something takes; once it is left alone, so long at most. */
const patienceMs = 60_000;

/** A client of a daemon that is killed all the time: asks until it has an answer, and knows its own earlier attempts. */
export interface SteadyClient {
  /** Undefined when it is not there. */
  get<R extends ResourceName>(resource: R, at: Ref): Promise<ObjectOf<R> | undefined>;
  list<R extends ResourceName>(resource: R): Promise<readonly ObjectOf<R>[]>;
  /** Names are never used twice, so what is there already is this one. */
  create<R extends ResourceName>(resource: R, object: Draft<ObjectOf<R>>): Promise<void>;
  /** False when it is not there, or refused. */
  patch(resource: ResourceName, at: Ref, patch: Patch): Promise<boolean>;
  delete(resource: ResourceName, at: Ref, options?: DeleteOptions): Promise<void>;
  /** Looks again and again until the fact holds, or the time is over: then undefined. */
  until<T>(look: () => Promise<T | undefined>, withinMs?: number): Promise<T | undefined>;
}

/** `leftAlone` is aborted when the daemon is killed no more. */
export function createSteadyClient(client: Client, leftAlone: AbortSignal): SteadyClient {
  let leftAloneMs = leftAlone.aborted ? systemClock.now() : Infinity;
  leftAlone.addEventListener("abort", () => (leftAloneMs = systemClock.now()));
  const isTooLate = (sinceMs: number): boolean => systemClock.now() > Math.max(sinceMs, leftAloneMs) + patienceMs;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    const sinceMs = systemClock.now();
    for (;;) {
      try {
        return await question();
      } catch (error) {
        if (isAnswer(error) || isTooLate(sinceMs)) throw error;
        await systemClock.sleep(againMs);
      }
    }
  }

  return {
    get: async (resource, at) =>
      await ask(async () => await client.get(resource, at)).catch((error: unknown) => {
        if (isApiError(error, "NotFound")) return undefined;
        throw error;
      }),
    list: async (resource) => (await ask(async () => await client.list(resource))).items,
    async create(resource, object) {
      await ask(async () => await client.create(resource, object)).catch((error: unknown) => {
        if (!isApiError(error, "AlreadyExists")) throw error;
      });
    },
    patch: async (resource, at, patch) =>
      await ask(async () => await client.patch(resource, at, patch)).then(
        () => true,
        (error: unknown) => {
          if (isApiError(error, "NotFound", "Conflict", "Invalid", "Forbidden")) return false;
          throw error;
        },
      ),
    async delete(resource, at, options) {
      await ask(async () => await client.delete(resource, at, options)).catch((error: unknown) => {
        if (!isApiError(error, "NotFound")) throw error;
      });
    },
    async until(look, withinMs = Infinity) {
      const sinceMs = systemClock.now();
      for (;;) {
        const found = await look();
        if (found !== undefined || systemClock.now() > sinceMs + withinMs || isTooLate(sinceMs)) return found;
        await systemClock.sleep(againMs * 2);
      }
    },
  };
}

/** Whether the API has decided; everything else is the daemon that was killed meanwhile. */
function isAnswer(error: unknown): boolean {
  return isApiError(error, "NotFound", "AlreadyExists", "Conflict", "Invalid", "Forbidden", "BadRequest");
}
