import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { composeError } from "../answers/compose.ts";
import type { Outside } from "../answers/outside.ts";
import { rcodes, types } from "../wire/constants.ts";
import { AnswerCache, type CachedAnswer, type CacheOptions, type Found } from "./answer-cache.ts";
import { plainQuestion, readAskedQuery, type UpstreamQuestion } from "./asked-query.ts";
import { askUpstreams, unhelpful } from "./ask-upstreams.ts";
import { attemptOrder, type Policy } from "./attempt-order.ts";
import type { ForwardCounters } from "./counters.ts";
import { createLoopGuard } from "./loop-guard.ts";
import { plainRecords } from "./plain-records.ts";
import { bareAnswer, composeAnswer, type Age, type StoredAnswer } from "./stored-answer.ts";
import { Upstream, type Attempted } from "./upstream.ts";
import type { UpstreamAddress } from "./upstream-address.ts";
import { createUpstreamList, type UpstreamSource } from "./upstream-list.ts";

export interface ForwarderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Whom to ask from `start` on. */
  readonly upstreams: UpstreamSource;
  /** Where this server answers; asked when the upstreams are looked at, so that drawn ports are known. Defaults to nowhere. */
  readonly own?: () => readonly UpstreamAddress[];
  /**
   * Which upstream is asked first. Defaults to `sequential`, as glibc does: in a resolv.conf the order is a preference, and the
   * second often does not know the names of the office or the VPN that the first is there for.
   */
  readonly policy?: Policy;
  /** How long an upstream may take. Defaults to 2 000. */
  readonly timeoutMs?: number;
  /** How long all of them together may take. Defaults to 4 500, a little less than resolvers wait. */
  readonly totalMs?: number;
  /** More askers than this do not wait at once: they are REFUSED. Defaults to 1 000. */
  readonly maxConcurrent?: number;
  /** Failed probes in a row before an upstream is down; 0 for never. Defaults to 2. */
  readonly maxFails?: number;
  readonly cache?: CacheOptions;
  /** Numbers from 0 to below 1. Defaults to `Math.random`. */
  readonly random?: () => number;
}

/** Answers for names outside our zones by asking upstreams. */
export interface Forwarder extends Outside, Stoppable {
  /** Begins to ask, and to look for loops: only when this server answers, or none would be found. SERVFAIL before. */
  start(): Promise<void>;
  /** Asks these upstreams instead, from `start` on. What was remembered is forgotten where they are others. */
  use(upstreams: UpstreamSource): Promise<void>;
  /** Whether a query is our own, come back from an upstream. `ask` refuses those by itself. */
  isLoopProbe(query: Buffer): boolean;
  counters(): ForwardCounters;
}

/** Source: RFC 8767 §5, in that order: the TTL of what is stale, and when it is given before the upstreams have failed. */
const staleTtl = 30;
const staleAfterMs = 1_800;
/** After a failure, how long what is stale is given at once. Source: RFC 8767 §5. */
const failureRecheckMs = 30_000;

/** How long it is remembered that no upstream answered, in seconds: the least that RFC 9520 §3.2 asks for. */
const noAnswerSeconds = 1;

/** Types that ask for something else than records: TKEY, TSIG, transfers, MAILB, MAILA. */
const notForwarded: ReadonlySet<number> = new Set([249, 250, types.IXFR, types.AXFR, 253, 254]);

/** What is said, and how old it is. */
interface Given {
  readonly answer: StoredAnswer;
  readonly age: Age;
}

/** Asks nobody before `start`. */
export function createForwarder(options: ForwarderOptions): Forwarder {
  const { clock, log, own = () => [], policy = "sequential", random = Math.random } = options;
  const { timeoutMs = 2_000, totalMs = 4_500, maxConcurrent = 1_000, maxFails } = options;
  const cache = new AnswerCache(options.cache ?? {});
  const guard = createLoopGuard({ clock, log });
  const list = createUpstreamList({ clock, log, own, create: createUpstream, onChange });
  /** Questions being asked, which whoever asks the same waits for too. */
  const underWay = new Map<string, Promise<Attempted>>();
  /** Those, and others whose upstreams have been replaced. */
  const running = new Set<Promise<Attempted>>();
  let source = options.upstreams;
  let generation = 0;
  let waiting = 0;
  let recoveredAtMs = 0;
  let is: "new" | "starting" | "started" | "stopped" = "new";
  const counts = { maxConcurrentRejects: 0, healthcheckBroken: 0 };

  function createUpstream(address: UpstreamAddress): Upstream {
    const upstream: Upstream = new Upstream(address, {
      clock,
      maxFails,
      onDoubt(reason) {
        log.debug("an upstream did not answer", { upstream: upstream.name, reason });
        guard.check(upstream);
      },
      onDown() {
        log.warn("an upstream is down", { upstream: upstream.name });
        guard.check(upstream);
      },
      onRecovered({ wasDown }) {
        if (!wasDown) return;
        recoveredAtMs = clock.now();
        log.info("an upstream answers again", { upstream: upstream.name });
      },
    });
    return upstream;
  }

  function onChange({ gone }: { readonly gone: readonly Upstream[] }): void {
    generation += 1;
    cache.clear();
    underWay.clear();
    for (const upstream of gone) guard.forget(upstream);
    for (const upstream of list.upstreams()) guard.check(upstream);
  }

  async function ask(query: Buffer, transport: Parameters<Outside["ask"]>[1]): Promise<Buffer> {
    const asked = readAskedQuery(query, transport);
    if (asked === undefined) return composeError(query, rcodes.FORMERR);
    const isRefused = notForwarded.has(asked.type) || guard.isLoopProbe(query);
    const { answer, age } = isRefused ? refused : await answerTo(asked, { overTcp: transport !== "udp" });
    return composeAnswer(asked, answer, age);
  }

  async function resolve(name: string, type: number): ReturnType<Outside["resolve"]> {
    const question = plainQuestion(name, type);
    const { answer, age } = await answerTo(question, { overTcp: false });
    // An alias is an answer even where nobody is there to follow it.
    const isAlone = list.upstreams().length === 0;
    return { rcode: isAlone ? rcodes.NOERROR : answer.rcode, records: plainRecords(question, answer, age) };
  }

  /** From the cache, or from upstreams; what is stale where those fail or take long. */
  function answerTo(question: UpstreamQuestion, how: { readonly overTcp: boolean }): Given | Promise<Given> {
    const nowMs = clock.now();
    const found = cache.find(question.key, nowMs);
    if (found?.is === "fresh") {
      if (cache.isPrefetchDue(found, nowMs)) prefetch(question);
      return { answer: found.entry.answer, age: { seconds: found.ageSeconds } };
    }
    if (is !== "started") return servfail;
    if (found !== undefined && hasFailedLately(found.entry, nowMs)) return stale(found);
    if (list.upstreams().every(({ isLooping }) => isLooping)) return found === undefined ? refused : stale(found);
    if (waiting >= maxConcurrent) {
      counts.maxConcurrentRejects += 1;
      return found === undefined ? refused : stale(found);
    }
    return waitFor(askOnce(question, how), found);
  }

  async function waitFor(asking: Promise<Attempted>, found: Found | undefined): Promise<Given> {
    waiting += 1;
    const attempted = await (found === undefined ? asking : withPatience(asking));
    waiting -= 1;
    const isAnswer = attempted.is === "answer";
    if (found !== undefined && !(isAnswer && !unhelpful.has(attempted.answer.rcode))) return stale(found);
    return isAnswer ? { answer: attempted.answer, age: { seconds: 0 } } : servfail;
  }

  function withPatience(asking: Promise<Attempted>): Promise<Attempted> {
    const { promise, resolve: end } = Promise.withResolvers<Attempted>();
    const cancel = clock.after(staleAfterMs, () => end({ is: "failed", reason: "takes long" }));
    void asking.then((attempted) => {
      cancel();
      end(attempted);
    });
    return promise;
  }

  /** Everybody who asks the same at the same time gets the same answer. */
  function askOnce(question: UpstreamQuestion, how: { readonly overTcp: boolean }): Promise<Attempted> {
    const before = underWay.get(question.key);
    if (before !== undefined) return before;
    const asking = askAndRemember(question, how).finally(() => {
      running.delete(asking);
      if (underWay.get(question.key) === asking) underWay.delete(question.key);
    });
    underWay.set(question.key, asking);
    running.add(asking);
    return asking;
  }

  async function askAndRemember(
    question: UpstreamQuestion,
    { overTcp }: { readonly overTcp: boolean },
  ): Promise<Attempted> {
    for (;;) {
      const begunIn = generation;
      const { upstreams, isGuess } = attemptOrder(list.upstreams(), { policy, random });
      if (isGuess) counts.healthcheckBroken += 1;
      const attempted = await askUpstreams(question, upstreams, { clock, timeoutMs, totalMs, overTcp });
      if (begunIn === generation) {
        remember(question.key, attempted);
        return attempted;
      }
      // An answer of upstreams that were replaced is for who waits for it; a failure is made good.
      if (attempted.is === "answer" || is === "stopped") return attempted;
    }
  }

  function remember(key: string, attempted: Attempted): void {
    const nowMs = clock.now();
    const isHelpful = attempted.is === "answer" && !unhelpful.has(attempted.answer.rcode);
    if (!isHelpful && cache.noteFailure(key, nowMs)) return;
    const noAnswer = bareAnswer(rcodes.SERVFAIL, { kind: "failure", seconds: noAnswerSeconds });
    cache.store(key, attempted.is === "answer" ? attempted.answer : noAnswer, nowMs);
  }

  function prefetch(question: UpstreamQuestion): void {
    const isPossible = is === "started" && running.size < maxConcurrent && !underWay.has(question.key);
    if (!isPossible || list.upstreams().every(({ isLooping }) => isLooping)) return;
    cache.countPrefetch();
    void askOnce(question, { overTcp: false });
  }

  function hasFailedLately({ failedAtMs }: CachedAnswer, nowMs: number): boolean {
    return failedAtMs !== undefined && nowMs - failedAtMs < failureRecheckMs && recoveredAtMs < failedAtMs;
  }

  function stale({ entry }: Found): Given {
    cache.countStale();
    return { answer: entry.answer, age: { staleTtl } };
  }

  return {
    ask,
    resolve,
    isLoopProbe: (query) => guard.isLoopProbe(query),
    async use(upstreams) {
      source = upstreams;
      if (is !== "new") await list.use(source);
    },
    async start() {
      if (is !== "new") return;
      is = "starting";
      await list.use(source);
      if (is === "starting") is = "started";
    },
    counters: () => ({
      forward: { inFlight: running.size, loops: guard.found(), ...counts },
      proxies: list.upstreams().map((upstream) => upstream.counters()),
      cache: cache.counters(),
    }),
    async stop() {
      is = "stopped";
      generation += 1;
      guard.stop();
      await list.stop();
      await Promise.all(running);
    },
  };
}

const now: Age = { seconds: 0 };
const servfail: Given = { answer: bareAnswer(rcodes.SERVFAIL), age: now };
const refused: Given = { answer: { ...bareAnswer(rcodes.REFUSED), isRecursive: false }, age: now };
