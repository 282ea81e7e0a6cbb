import { BoundedMap } from "./bounded-map.ts";
import type { CacheCounters } from "./counters.ts";
import type { StoredAnswer } from "./stored-answer.ts";

export interface CacheOptions {
  /** Answers of each type, success and denial. Defaults to 10 000, as CoreDNS has 9 984. */
  readonly maxEntries?: number;
  /** Octets of each type. Defaults to 8 MiB. */
  readonly maxBytes?: number;
  /** How long an answer may be given after its end while no upstream answers, in seconds; 0 for never. Defaults to 3 600. */
  readonly staleSeconds?: number;
  readonly prefetch?: PrefetchOptions;
}

/** When an answer is renewed before its end. Source: CoreDNS plugin/cache, `prefetch`. */
export interface PrefetchOptions {
  /** So often asked for, without a gap of `withinSeconds`; 0 for never. Defaults to 10. */
  readonly amount?: number;
  /** Defaults to 60. */
  readonly withinSeconds?: number;
  /** So much of its time is left, though at least a second. Defaults to 10. */
  readonly percentage?: number;
}

/** An answer and how it is used. */
export interface CachedAnswer {
  readonly answer: StoredAnswer;
  readonly storedAtMs: number;
  readonly bytes: number;
  /** In a row, without a long gap. */
  hits: number;
  lastHitMs: number;
  /** When the upstreams last failed to renew it. */
  failedAtMs: number | undefined;
}

export type Found = { readonly is: "fresh" | "stale"; readonly entry: CachedAnswer; readonly ageSeconds: number };

/** How an object and a key weigh beside the octets in them, roughly. */
const entryBytes = 400;

/**
 * Answers by question. Denials have room of their own, so that a flood of made-up names cannot wash out what is used. Time
 * goes by whole seconds, as TTLs do.
 */
export class AnswerCache {
  readonly #success: BoundedMap<CachedAnswer>;
  readonly #denial: BoundedMap<CachedAnswer>;
  readonly #staleSeconds: number;
  readonly #prefetch: Required<PrefetchOptions>;
  readonly #counts = { requests: 0, misses: 0, success: 0, denial: 0, prefetch: 0, servedStale: 0 };

  constructor({ maxEntries = 10_000, maxBytes = 1 << 23, staleSeconds = 3_600, prefetch = {} }: CacheOptions) {
    this.#success = new BoundedMap({ maxEntries, maxBytes });
    this.#denial = new BoundedMap({ maxEntries, maxBytes });
    this.#staleSeconds = staleSeconds;
    this.#prefetch = { amount: 10, withinSeconds: 60, percentage: 10, ...prefetch };
  }

  /** What is known of a question, for an asker: counts as a request. */
  find(key: string, nowMs: number): Found | undefined {
    const found = this.#look(key, nowMs);
    this.#counts.requests += 1;
    if (found?.is !== "fresh") this.#counts.misses += 1;
    else this.#counts[found.entry.answer.lifetime.kind === "success" ? "success" : "denial"] += 1;
    return found;
  }

  /** Notes that an answer could not be renewed; false where there is none to give in place of the failure. */
  noteFailure(key: string, nowMs: number): boolean {
    const entry = this.#look(key, nowMs)?.entry;
    if (entry !== undefined) entry.failedAtMs = nowMs;
    return entry !== undefined;
  }

  /** Keeps an answer as long as its lifetime says. */
  store(key: string, answer: StoredAnswer, nowMs: number): void {
    const { kind } = answer.lifetime;
    if (kind === "none") return;
    const before = this.#look(key, nowMs)?.entry;
    const bytes = entryBytes + 2 * key.length + answer.body.length + 4 * answer.starts.length;
    const { hits = 0, lastHitMs = nowMs } = before ?? {};
    const entry = { answer, storedAtMs: nowMs, bytes, hits, lastHitMs, failedAtMs: undefined };
    this.#success.delete(key);
    this.#denial.delete(key);
    (kind === "success" ? this.#success : this.#denial).set(key, entry);
  }

  /** Notes that a fresh answer was given, and tells whether it is time to renew it. */
  isPrefetchDue({ entry, ageSeconds }: Found, nowMs: number): boolean {
    const { amount, withinSeconds, percentage } = this.#prefetch;
    const { seconds, kind } = entry.answer.lifetime;
    entry.hits = nowMs - entry.lastHitMs > withinSeconds * 1_000 ? 1 : entry.hits + 1;
    entry.lastHitMs = nowMs;
    if (amount === 0 || entry.hits < amount || kind === "failure") return false;
    return seconds - ageSeconds <= Math.max(1, Math.ceil((seconds * percentage) / 100));
  }

  /** Forgets everything: other upstreams may know other names. */
  clear(): void {
    this.#success.clear();
    this.#denial.clear();
  }

  countPrefetch(): void {
    this.#counts.prefetch += 1;
  }

  countStale(): void {
    this.#counts.servedStale += 1;
  }

  counters(): CacheCounters {
    const { requests, misses, success, denial, prefetch, servedStale } = this.#counts;
    return {
      requests,
      misses,
      hits: { success, denial },
      entries: { success: this.#success.size, denial: this.#denial.size },
      evictions: { success: this.#success.evictions, denial: this.#denial.evictions },
      bytes: this.#success.bytes + this.#denial.bytes,
      prefetch,
      servedStale,
    };
  }

  #look(key: string, nowMs: number): Found | undefined {
    const entry = this.#success.get(key) ?? this.#denial.get(key);
    if (entry === undefined) return undefined;
    // The machine's clock may have been set back.
    const ageSeconds = Math.max(0, Math.floor((nowMs - entry.storedAtMs) / 1_000));
    const { kind, seconds } = entry.answer.lifetime;
    if (ageSeconds < seconds) return { is: "fresh", entry, ageSeconds };
    if (kind !== "failure" && ageSeconds < seconds + this.#staleSeconds) return { is: "stale", entry, ageSeconds };
    this.#success.delete(key);
    this.#denial.delete(key);
    return undefined;
  }
}
