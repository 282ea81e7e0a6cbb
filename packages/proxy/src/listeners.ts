import { createStopStack, describeError, hasCode, type Clock, type Logger, type Stoppable } from "@ordinal/runtime";
import type { Listener } from "./forward/listener.ts";
import { listenTcp } from "./forward/tcp-listener.ts";
import { listenUdp } from "./forward/udp-listener.ts";
import { nameOf, type Forward } from "./plan/plan.ts";

export interface Listeners extends Stoppable {
  /**
   * Makes an owner's listeners those of the plan. False when one could not be bound: it has been logged (once, until it
   * succeeds), and is tried again at the next call.
   */
  ensure(owner: string, plan: readonly Forward[]): Promise<boolean>;
}

/** Everything that is bound, by who wants it. */
export function createListeners(parts: { readonly clock: Clock; readonly log: Logger }): Listeners {
  const { log } = parts;
  const owned = new Map<string, Map<string, Listener>>();
  const retired = new Set<Listener>();
  /** What could not be bound, by name, with the words it was reported in. */
  const troubles = new Map<string, string>();

  async function ensure(owner: string, plan: readonly Forward[]): Promise<boolean> {
    const listeners = owned.get(owner) ?? new Map<string, Listener>();
    owned.set(owner, listeners);
    const wanted = new Map(plan.map((forward) => [nameOf(forward), forward]));
    for (const [name, listener] of listeners) {
      if (wanted.has(name)) continue;
      listeners.delete(name);
      retired.add(listener);
      void listener.closed.then(() => retired.delete(listener));
      listener.retire();
    }
    let isComplete = true;
    for (const [name, forward] of wanted) {
      const present = listeners.get(name);
      if (present !== undefined) {
        present.setTargets(forward.targets);
        continue;
      }
      const made = await open(owner, forward);
      if (made === undefined) isComplete = false;
      else listeners.set(name, made);
    }
    if (listeners.size === 0) owned.delete(owner);
    return isComplete;
  }

  async function open(owner: string, forward: Forward): Promise<Listener | undefined> {
    const name = nameOf(forward);
    try {
      const listener = await (forward.protocol === "TCP" ? listenTcp(forward, parts) : listenUdp(forward, parts));
      if (troubles.delete(name)) log.info(`listening on ${name} after all`, { owner });
      return listener;
    } catch (error) {
      const trouble = remedyFor(error);
      if (troubles.get(name) !== trouble) log.warn(`cannot listen on ${name}: ${trouble}`, { owner });
      troubles.set(name, trouble);
      return undefined;
    }
  }

  return {
    ensure,
    async stop() {
      const stack = createStopStack();
      for (const listeners of owned.values()) for (const listener of listeners.values()) stack.add(listener);
      for (const listener of retired) stack.add(listener);
      owned.clear();
      await stack.stop();
    },
  };
}

function remedyFor(error: unknown): string {
  if (hasCode(error, "EADDRINUSE")) return "another program has this port; stop it and Ordinal takes over";
  if (hasCode(error, "EACCES")) {
    return "ports below 1024 are for root; run as root, or lower the sysctl net.ipv4.ip_unprivileged_port_start";
  }
  if (hasCode(error, "EADDRNOTAVAIL")) {
    return "the address is not local to this machine; as root: ip route add local <service range> dev lo";
  }
  return describeError(error);
}
