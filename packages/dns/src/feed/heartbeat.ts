import { isApiError, wellKnown, type ResourceName } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { describeError, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";

export interface HeartbeatOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** After so long without a word the API server is asked for one. Defaults to 5 000. */
  readonly askAfterMs?: number;
  /** How long it may take to answer that before it counts as silent. Defaults to 5 000. */
  readonly patienceMs?: number;
}

/** Knows whether the API server is there. */
export interface Heartbeat extends Stoppable {
  /** The same client; whatever is heard through it counts. */
  readonly client: Client;
  /** Whether it was heard of of late, and all lists work that had failed. */
  isConnected(): boolean;
  /** Milliseconds since it was last heard of; undefined before the first time. */
  silentMs(): number | undefined;
}

/**
 * Listens to what the API server says: any answer, also a refusal, and any event of a watch. It is lost when a list fails,
 * which is what an informer tries when its watch has ended, or when it has said nothing for `askAfterMs` and then not
 * answered a small question for `patienceMs` either: a frozen server keeps its connections open and never says a word.
 * Each loss is one line in the log, and so is each return.
 *
 * Silence is measured by timers, not by the time of day: a machine that slept, or whose clock was set, has lost nothing.
 */
export function startHeartbeat(options: HeartbeatOptions): Heartbeat {
  const { client, clock, log, askAfterMs = 5_000, patienceMs = 5_000 } = options;
  const failing = new Set<ResourceName>();
  let words = 0;
  let lastWordMs: number | undefined;
  let isSilent = false;
  let isLost = false;
  let isAsking = false;
  let isStopped = false;
  let cancel = clock.after(askAfterMs, listen);

  function heard(): void {
    words += 1;
    lastWordMs = clock.now();
    if (!isSilent) return;
    isSilent = false;
    review("");
  }

  /** Says it once when what is known about the server turns. */
  function review(reason: string): void {
    const wasLost = isLost;
    isLost = isSilent || failing.size > 0;
    if (isLost === wasLost || isStopped) return;
    if (isLost) log.warn("the API server does not answer; going on with what was last known", { error: reason });
    else log.info("the API server answers again");
  }

  function listen(): void {
    const quietMs = lastWordMs === undefined ? askAfterMs : clock.now() - lastWordMs;
    if (quietMs >= 0 && quietMs < askAfterMs) {
      cancel = clock.after(askAfterMs - quietMs, listen);
      return;
    }
    const before = words;
    void ask();
    cancel = clock.after(patienceMs, () => {
      if (words === before) {
        isSilent = true;
        review(`nothing was heard of it for ${Math.round((askAfterMs + patienceMs) / 1_000)} s`);
      }
      listen();
    });
  }

  /** One question at a time: what a frozen server was asked it answers when it goes on. */
  async function ask(): Promise<void> {
    if (isAsking) return;
    isAsking = true;
    // What comes of it is seen by `hearing`.
    await listening.get("namespaces", { name: wellKnown.defaultNamespace }).catch(() => {});
    isAsking = false;
  }

  /** An error that the server sent is a word of it too. */
  async function hearing<T>(answer: Promise<T>): Promise<T> {
    try {
      const value = await answer;
      heard();
      return value;
    } catch (error) {
      if (isApiError(error) && !isApiError(error, "ServiceUnavailable", "Timeout")) heard();
      throw error;
    }
  }

  const listening: Client = {
    get: (resource, at) => hearing(client.get(resource, at)),
    async list(resource, where) {
      try {
        const listed = await hearing(client.list(resource, where));
        if (failing.delete(resource)) review("");
        return listed;
      } catch (error) {
        if (!isApiError(error, "Expired")) {
          failing.add(resource);
          review(describeError(error));
        }
        throw error;
      }
    },
    async *watch(resource, where) {
      for await (const event of client.watch(resource, where)) {
        heard();
        yield event;
      }
    },
    create: (resource, object, how) => hearing(client.create(resource, object, how)),
    update: (resource, object, how) => hearing(client.update(resource, object, how)),
    patch: (resource, at, patch) => hearing(client.patch(resource, at, patch)),
    delete: (resource, at, how) => hearing(client.delete(resource, at, how)),
    bind: (pod, nodeName) => hearing(client.bind(pod, nodeName)),
  };

  return {
    client: listening,
    isConnected: () => lastWordMs !== undefined && !isLost,
    silentMs: () => (lastWordMs === undefined ? undefined : Math.max(0, clock.now() - lastWordMs)),
    stop() {
      isStopped = true;
      cancel();
      return Promise.resolve();
    },
  };
}
