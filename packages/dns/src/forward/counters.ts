/** Upper bounds in seconds. Source: CoreDNS plugin/plugin.go, `TimeBuckets`: from 0.25 ms to 8 s. */
export const requestDurationBuckets: readonly number[] = Array.from({ length: 16 }, (_, power) => 0.00025 * 2 ** power);

/** A histogram as Prometheus has it, its buckets not yet summed up. */
export interface DurationHistogram {
  readonly count: number;
  readonly sumSeconds: number;
  /** How many fell into each bucket of `requestDurationBuckets`, and behind them how many were longer. */
  readonly buckets: readonly number[];
}

/** One upstream's figures; names are those of the CoreDNS metrics `coredns_proxy_…{to}`, what is more says so. */
export interface ProxyCounters {
  /** `127.0.0.1:53`. */
  readonly to: string;
  /** Attempts to get an answer from it (not in CoreDNS). */
  readonly requests: number;
  /** Attempts without an answer (not in CoreDNS). */
  readonly failures: number;
  /** `request_duration_seconds`, by the answer's rcode: its counts are the responses. */
  readonly requestDuration: Readonly<Record<number, DurationHistogram>>;
  /** `healthcheck_failures_total`. */
  readonly healthcheckFailures: number;
  /** `conn_cache_hits_total`, by protocol. */
  readonly connCacheHits: { readonly tcp: number };
  /** `conn_cache_misses_total`, by protocol. */
  readonly connCacheMisses: { readonly udp: number; readonly tcp: number };
  /** Being asked now (not in CoreDNS). */
  readonly inFlight: number;
  readonly isDown: boolean;
  readonly isLooping: boolean;
}

/** `coredns_cache_…`, by type of answer where CoreDNS has it so. */
export interface CacheCounters {
  readonly requests: number;
  readonly misses: number;
  readonly hits: { readonly success: number; readonly denial: number };
  readonly entries: { readonly success: number; readonly denial: number };
  readonly evictions: { readonly success: number; readonly denial: number };
  /** Octets held, as estimated (not in CoreDNS). */
  readonly bytes: number;
  readonly prefetch: number;
  readonly servedStale: number;
}

/** All figures of a forwarder, as they are now. */
export interface ForwardCounters {
  /** `coredns_forward_…`. */
  readonly forward: {
    /** Questions being asked now, each once however many wait for it. */
    readonly inFlight: number;
    /** `max_concurrent_rejects_total`. */
    readonly maxConcurrentRejects: number;
    /** `healthcheck_broken_total`: how often all upstreams were down and one was asked all the same. */
    readonly healthcheckBroken: number;
    /** Loops found (not in CoreDNS, which ends itself). */
    readonly loops: number;
  };
  readonly proxies: readonly ProxyCounters[];
  readonly cache: CacheCounters;
}

/** Counts durations. */
export class Histogram {
  readonly #buckets: number[] = requestDurationBuckets.map(() => 0).concat(0);
  #count = 0;
  #sumSeconds = 0;

  observe(seconds: number): void {
    const found = requestDurationBuckets.findIndex((bound) => seconds <= bound);
    const index = found === -1 ? requestDurationBuckets.length : found;
    this.#buckets[index] = (this.#buckets[index] ?? 0) + 1;
    this.#count += 1;
    this.#sumSeconds += seconds;
  }

  read(): DurationHistogram {
    return { count: this.#count, sumSeconds: this.#sumSeconds, buckets: [...this.#buckets] };
  }
}
