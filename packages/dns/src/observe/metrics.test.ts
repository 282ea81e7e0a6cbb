import type { EndpointSlice, Service } from "@ordinal/api";
import { createFakeClock, createMetrics } from "@ordinal/runtime";
import { expect } from "chai";
import { Histogram, type ForwardCounters } from "../forward/counters.ts";
import { addForwardMetrics } from "./forward-metrics.ts";
import { alone, unsynced, well } from "./knowledge.fixture.ts";
import { createProgrammingLatency } from "./programming-latency.ts";
import { addServerMetrics } from "./server-metrics.ts";

const values = (text: string): readonly string[] =>
  text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

describe("the figures of the DNS server", () => {
  it("D51 tell what it serves, since when it is without the API server, and what the process takes", () => {
    let knowledge = well;
    const metrics = createMetrics();
    addServerMetrics(metrics, { read: () => knowledge, startMs: 5_000 });
    expect(values(metrics.render())).to.include.members([
      'ordinal_dns_names{zone="cluster.local."} 12',
      'ordinal_dns_records{zone="cluster.local."} 34',
      'ordinal_dns_zone_serial{zone="cluster.local."} 120',
      "ordinal_dns_synced 1",
      "ordinal_dns_served_revision 123",
      "ordinal_dns_api_connected 1",
      "ordinal_dns_api_silent_seconds 0.4",
      "ordinal_dns_workers 1",
      "ordinal_dns_connections 3",
      "process_start_time_seconds 5",
    ]);
    expect(metrics.render())
      .to.match(/^process_resident_memory_bytes \d+$/m)
      .and.to.match(/^process_cpu_seconds_total /m);
    knowledge = alone;
    expect(values(metrics.render())).to.include.members([
      "ordinal_dns_api_connected 0",
      "ordinal_dns_api_silent_seconds 12.345",
    ]);
    knowledge = unsynced;
    expect(values(metrics.render())).to.include("ordinal_dns_synced 0");
    expect(metrics.render()).not.to.match(/^ordinal_dns_(served_revision|api_silent_seconds) /m);
  });

  it("D51 tell of upstreams and the cache by CoreDNS' names, and nothing while nobody is asked", () => {
    const histogram = new Histogram();
    histogram.observe(0.0004);
    histogram.observe(100);
    let counters: ForwardCounters | undefined;
    const metrics = createMetrics();
    addForwardMetrics(metrics, () => counters);
    expect(values(metrics.render())).to.deep.equal([]);
    counters = {
      forward: { inFlight: 1, maxConcurrentRejects: 2, healthcheckBroken: 3, loops: 0 },
      proxies: [
        {
          to: "127.0.0.1:53",
          requests: 4,
          failures: 2,
          requestDuration: { 0: histogram.read() },
          healthcheckFailures: 5,
          connCacheHits: { tcp: 6 },
          connCacheMisses: { udp: 7, tcp: 8 },
          inFlight: 0,
          isDown: true,
          isLooping: false,
        },
      ],
      cache: {
        requests: 10,
        misses: 4,
        hits: { success: 5, denial: 1 },
        entries: { success: 2, denial: 3 },
        evictions: { success: 0, denial: 0 },
        bytes: 1_000,
        prefetch: 1,
        servedStale: 2,
      },
    };
    const of = 'proxy_name="forward",to="127.0.0.1:53"';
    expect(values(metrics.render())).to.include.members([
      `coredns_proxy_request_duration_seconds_bucket{${of},rcode="NOERROR",le="0.0005"} 1`,
      `coredns_proxy_request_duration_seconds_count{${of},rcode="NOERROR"} 2`,
      'coredns_forward_requests_total{to="127.0.0.1:53"} 4',
      'coredns_forward_responses_total{to="127.0.0.1:53",rcode="NOERROR"} 2',
      `coredns_proxy_healthcheck_failures_total{${of}} 5`,
      `coredns_proxy_conn_cache_hits_total{${of},proto="tcp"} 6`,
      `coredns_proxy_conn_cache_misses_total{${of},proto="udp"} 7`,
      "coredns_forward_healthcheck_broken_total 3",
      "coredns_forward_max_concurrent_rejects_total 2",
      `ordinal_dns_forward_upstream_down{${of}} 1`,
      'coredns_cache_requests_total{zones="."} 10',
      'coredns_cache_hits_total{zones=".",type="success"} 5',
      'coredns_cache_misses_total{zones="."} 4',
      'coredns_cache_entries{zones=".",type="denial"} 3',
      'coredns_cache_prefetch_total{zones="."} 1',
      'coredns_cache_served_stale_total{zones="."} 2',
    ]);
  });

  describe("programming latency", () => {
    const key = "endpoints.kubernetes.io/last-change-trigger-time";
    const sliceAt = (time?: string): EndpointSlice => ({
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: "nginx-1",
        uid: "",
        resourceVersion: "1",
        creationTimestamp: "",
        ...(time === undefined ? {} : { annotations: { [key]: time } }),
      },
      addressType: "IPv4",
      endpoints: [],
    });
    const serviceWith = (clusterIP: string): Service => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "nginx", uid: "", resourceVersion: "1", creationTimestamp: "" },
      spec: { clusterIP },
    });
    const headless = serviceWith("None");
    const start = createFakeClock().now();
    const at = (ms: number): string => new Date(start + ms).toISOString();

    it("D51 is counted from the pod's change to its being served, by kind of service", async () => {
      const clock = createFakeClock();
      const metrics = createMetrics();
      const observe = createProgrammingLatency(metrics, clock);
      await clock.advance(1_007);
      observe({ after: sliceAt(at(1_000)) }, headless);
      observe({ before: sliceAt(at(1_000)), after: sliceAt(at(1_004)) }, serviceWith("10.96.0.7"));
      const name = "coredns_kubernetes_dns_programming_duration_seconds";
      expect(values(metrics.render())).to.include.members([
        `${name}_bucket{service_kind="headless_with_selector",le="0.004"} 0`,
        `${name}_bucket{service_kind="headless_with_selector",le="0.008"} 1`,
        `${name}_sum{service_kind="headless_with_selector"} 0.007`,
        `${name}_bucket{service_kind="headless_with_selector",le="524.288"} 1`,
        `${name}_bucket{service_kind="cluster_ip",le="0.004"} 1`,
      ]);
    });

    it("D51 leaves out what tells nothing of how late we are", () => {
      const metrics = createMetrics();
      const observe = createProgrammingLatency(metrics, createFakeClock());
      observe({ before: sliceAt(at(-1_000)) }, headless);
      observe({ before: sliceAt(at(-1_000)), after: sliceAt(at(-1_000)) }, headless);
      observe({ after: sliceAt() }, headless);
      observe({ after: sliceAt("yesterday") }, headless);
      observe({ after: sliceAt(at(-1_000)) }, undefined);
      expect(values(metrics.render())).to.deep.equal([]);
    });
  });
});
