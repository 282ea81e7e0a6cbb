import { randomInt } from "node:crypto";
import type { Clock, Logger } from "@ordinal/runtime";
import { shortAt } from "../wire/bytes.ts";
import { headerSize, types } from "../wire/constants.ts";
import { wireName } from "../wire/name.ts";
import { plainQuestion } from "./asked-query.ts";
import { questionEnd } from "./read-message.ts";
import type { Upstream } from "./upstream.ts";
import { foldCase } from "./wire-name.ts";

/** Finds out whether what is sent to an upstream comes back to this server. */
export interface LoopGuard {
  /** Sends an upstream a question nobody else has, and again later where it loops; nothing is done twice at once. */
  check(upstream: Upstream): void;
  /** Whether a query is one of those questions, coming back: then its upstream is not asked any more. */
  isLoopProbe(query: Buffer): boolean;
  /** Nothing is asked any more of an upstream that is gone. */
  forget(upstream: Upstream): void;
  /** Loops found so far. */
  found(): number;
  stop(): void;
}

/** How long a probe may be on its way: upstreams ask again for seconds, and ask others. */
const wanderMs = 3_000;

/** How long until an upstream that did not answer, or that loops, is looked at again. */
const retryMs = 1_000;
const recheckMs = 30_000;

/** An upstream that does not answer so often cannot be looked at; it is when it first fails to answer a real question. */
const maxTries = 30;

interface Check {
  /** The name that was made up, in lower-case wire labels. */
  readonly name: string;
  isSeen: boolean;
  isAnswered: boolean;
  cancel: () => void;
}

/**
 * As CoreDNS plugin/loop, with a question for each upstream, so that the one that loops is known, and without ending the
 * server: its own zones do not depend on upstreams.
 */
export function createLoopGuard({ clock, log }: { readonly clock: Clock; readonly log: Logger }): LoopGuard {
  const checks = new Map<Upstream, Check>();
  const owners = new Map<string, Upstream>();
  let loops = 0;

  function check(upstream: Upstream): void {
    const state = checks.get(upstream);
    // An answer that just came says nothing of what has changed since.
    if (state === undefined || (state.isAnswered && !state.isSeen)) void send(upstream, 1);
  }

  async function send(upstream: Upstream, tries: number): Promise<void> {
    const state: Check = { name: madeUpName(), isSeen: false, isAnswered: false, cancel: () => {} };
    replace(upstream, state);
    const isAnswered = await upstream.probe(plainQuestion(state.name, types.HINFO));
    if (checks.get(upstream) !== state) return;
    if (!isAnswered && !state.isSeen) {
      if (tries >= maxTries && !upstream.isLooping) return replace(upstream, undefined);
      const delayMs = tries >= maxTries ? recheckMs : retryMs;
      state.cancel = clock.after(delayMs, () => void send(upstream, tries + 1));
      return;
    }
    state.isAnswered = true;
    state.cancel = clock.after(wanderMs, () => settle(upstream, state));
  }

  /** Nothing comes back from that probe any more. */
  function settle(upstream: Upstream, state: Check): void {
    if (state.isSeen) {
      state.cancel = clock.after(recheckMs, () => void send(upstream, 1));
      return;
    }
    replace(upstream, undefined);
    if (!upstream.isLooping) return;
    upstream.isLooping = false;
    log.info("the upstream does not lead back here any more; it is asked again", { upstream: upstream.name });
  }

  function replace(upstream: Upstream, next: Check | undefined): void {
    const before = checks.get(upstream);
    if (before !== undefined) {
      before.cancel();
      owners.delete(before.name);
    }
    if (next === undefined) {
      checks.delete(upstream);
      return;
    }
    checks.set(upstream, next);
    owners.set(next.name, upstream);
  }

  function isLoopProbe(query: Buffer): boolean {
    const end = owners.size === 0 ? undefined : questionEnd(query);
    if (end === undefined || shortAt(query, end - 4) !== types.HINFO) return false;
    const upstream = owners.get(foldCase(query.toString("latin1", headerSize, end - 5)));
    const state = upstream === undefined ? undefined : checks.get(upstream);
    if (upstream === undefined || state === undefined) return false;
    state.isSeen = true;
    if (!upstream.isLooping) {
      upstream.isLooping = true;
      loops += 1;
      log.error(
        "forwarding loop: questions sent to the upstream come back to this server, so it is not asked any more; " +
          "give another upstream (--dns-upstream ADDRESS), or have that one ask somebody else for names outside our zones",
        { upstream: upstream.name },
      );
    }
    return true;
  }

  return {
    check,
    isLoopProbe,
    forget: (upstream) => replace(upstream, undefined),
    found: () => loops,
    stop() {
      for (const upstream of checks.keys()) replace(upstream, undefined);
    },
  };
}

/** As CoreDNS has it: two numbers nobody guesses. */
function madeUpName(): string {
  return wireName(`${number()}${number()}.${number()}${number()}`) ?? "";
}

function number(): string {
  return String(randomInt(2 ** 47));
}
