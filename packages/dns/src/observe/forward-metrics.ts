import type { Labels, MetricName, Metrics, Sample } from "@ordinal/runtime";
import {
  requestDurationBuckets,
  type CacheCounters,
  type DurationHistogram,
  type ForwardCounters,
  type ProxyCounters,
} from "../forward/counters.ts";
import { rcodeText } from "./words.ts";

type Type = "counter" | "gauge";

interface Answered {
  readonly labels: Labels;
  readonly histogram: DurationHistogram;
}

/**
 * Upstreams and their cache, by the names of CoreDNS' plugin/forward, plugin/pkg/proxy and plugin/cache, and those that
 * plugin/forward had before its version 1.11, which many dashboards still ask for. `read` gives nothing while nobody is asked.
 */
export function addForwardMetrics(metrics: Metrics, read: () => ForwardCounters | undefined): void {
  const total = (metric: MetricName & { readonly type: Type }, value: (counters: ForwardCounters) => number): void =>
    metrics.readings(metric, () => {
      const counters = read();
      return counters === undefined ? [] : [{ labels: {}, value: value(counters) }];
    });
  const perUpstream = (metric: MetricName & { readonly type: Type }, value: (proxy: ProxyCounters) => number): void =>
    metrics.readings(metric, () =>
      proxies(read).map((proxy): Sample => ({ labels: { proxy_name: "forward", to: proxy.to }, value: value(proxy) })),
    );
  const type = "counter";

  metrics.distributions(
    { name: "coredns_proxy_request_duration_seconds", help: "How long upstreams took, by upstream and response code." },
    requestDurationBuckets,
    () =>
      answered(read).map(({ labels, histogram }) => ({
        labels: { proxy_name: "forward", ...labels },
        counts: histogram.buckets,
        sum: histogram.sumSeconds,
      })),
  );
  metrics.readings({ name: "coredns_forward_requests_total", help: "Queries sent, by upstream.", type }, () =>
    proxies(read).map(({ to, requests }) => ({ labels: { to }, value: requests })),
  );
  metrics.readings(
    { name: "coredns_forward_responses_total", help: "Answers got, by upstream and response code.", type },
    () => answered(read).map(({ labels, histogram }) => ({ labels, value: histogram.count })),
  );
  perUpstream(
    { name: "coredns_proxy_healthcheck_failures_total", help: "Failed probes, by upstream.", type },
    ({ healthcheckFailures }) => healthcheckFailures,
  );
  perUpstream(
    { name: "ordinal_dns_forward_failures_total", help: "Queries without an answer, by upstream.", type },
    ({ failures }) => failures,
  );
  perUpstream({ name: "ordinal_dns_forward_upstream_down", help: "Whether it is down.", type: "gauge" }, ({ isDown }) =>
    Number(isDown),
  );
  perUpstream(
    { name: "ordinal_dns_forward_upstream_looping", help: "Whether it sends our queries back to us.", type: "gauge" },
    ({ isLooping }) => Number(isLooping),
  );
  addConnectionMetrics(metrics, read);
  total(
    { name: "coredns_forward_healthcheck_broken_total", help: "How often all upstreams were down.", type },
    ({ forward }) => forward.healthcheckBroken,
  );
  total(
    { name: "coredns_forward_max_concurrent_rejects_total", help: "Queries refused since too many waited.", type },
    ({ forward }) => forward.maxConcurrentRejects,
  );
  total(
    { name: "ordinal_dns_forward_in_flight", help: "Questions being asked now.", type: "gauge" },
    ({ forward }) => forward.inFlight,
  );
  addCacheMetrics(metrics, read);
}

function addConnectionMetrics(metrics: Metrics, read: () => ForwardCounters | undefined): void {
  const perProtocol = (metric: MetricName, value: (proxy: ProxyCounters) => Readonly<Record<string, number>>): void =>
    metrics.readings({ ...metric, type: "counter" }, () =>
      proxies(read).flatMap((proxy) =>
        Object.entries(value(proxy)).map(([proto, count]) => ({
          labels: { proxy_name: "forward", to: proxy.to, proto },
          value: count,
        })),
      ),
    );
  perProtocol(
    { name: "coredns_proxy_conn_cache_hits_total", help: "Kept connections used again, by upstream." },
    ({ connCacheHits }) => connCacheHits,
  );
  perProtocol(
    { name: "coredns_proxy_conn_cache_misses_total", help: "New sockets, by upstream." },
    ({ connCacheMisses }) => connCacheMisses,
  );
}

/** What upstreams said is all that is remembered, so all of it is of the zone `.`. */
function addCacheMetrics(metrics: Metrics, read: () => ForwardCounters | undefined): void {
  const zones = { zones: "." };
  const total = (metric: MetricName & { readonly type: Type }, value: (cache: CacheCounters) => number): void =>
    metrics.readings(metric, () => {
      const cache = read()?.cache;
      return cache === undefined ? [] : [{ labels: zones, value: value(cache) }];
    });
  const perKind = (
    metric: MetricName & { readonly type: Type },
    value: (cache: CacheCounters) => Readonly<Record<"success" | "denial", number>>,
  ): void =>
    metrics.readings(metric, () => {
      const cache = read()?.cache;
      if (cache === undefined) return [];
      const { success, denial } = value(cache);
      return [
        { labels: { ...zones, type: "success" }, value: success },
        { labels: { ...zones, type: "denial" }, value: denial },
      ];
    });
  const type = "counter";

  total(
    { name: "coredns_cache_requests_total", help: "Questions looked up in the cache.", type },
    (cache) => cache.requests,
  );
  perKind({ name: "coredns_cache_hits_total", help: "Questions found in the cache.", type }, (cache) => cache.hits);
  total({ name: "coredns_cache_misses_total", help: "Questions not in the cache.", type }, (cache) => cache.misses);
  perKind({ name: "coredns_cache_entries", help: "Answers in the cache.", type: "gauge" }, (cache) => cache.entries);
  perKind(
    { name: "coredns_cache_evictions_total", help: "Answers that made room for others.", type },
    (cache) => cache.evictions,
  );
  total(
    { name: "coredns_cache_prefetch_total", help: "Answers asked for anew before their time.", type },
    (cache) => cache.prefetch,
  );
  total(
    { name: "coredns_cache_served_stale_total", help: "Answers given after their time.", type },
    (cache) => cache.servedStale,
  );
  total({ name: "ordinal_dns_cache_bytes", help: "Octets held by the cache.", type: "gauge" }, (cache) => cache.bytes);
}

function proxies(read: () => ForwardCounters | undefined): readonly ProxyCounters[] {
  return read()?.proxies ?? [];
}

function answered(read: () => ForwardCounters | undefined): readonly Answered[] {
  return proxies(read).flatMap(({ to, requestDuration }) =>
    Object.entries(requestDuration).map(([rcode, histogram]) => ({
      labels: { to, rcode: rcodeText(Number(rcode)) },
      histogram,
    })),
  );
}
