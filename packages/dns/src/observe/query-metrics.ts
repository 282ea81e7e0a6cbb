import type { Distribution, Labels, Metrics, Sample } from "@ordinal/runtime";
import type { Transport } from "../answers/respond.ts";
import {
  cell,
  countedRcodes,
  countedTypes,
  durationBuckets,
  outsideZones,
  rcodeCells,
  rowAt,
  sizeBuckets,
  transports,
  typeCells,
  zoneLimit,
} from "./meter-layout.ts";
import { addSnapshots } from "./query-meter.ts";
import { rcodeText, typeText } from "./words.ts";

export type Servers = Readonly<Record<Transport, string>>;

export interface QueryMetricsOptions {
  /** As the meters have them now. */
  readonly zones: () => readonly string[];
  /** What answers over each transport, as CoreDNS writes it: `dns://127.0.0.1:53`, `tls://…`, `https://…`. */
  readonly servers: () => Servers;
  /** All threads' counts; asked for once for each family of figures. */
  readonly read: () => Float64Array;
}

/** Rows of the meters that are one series: over UDP and TCP the server is the same, and so is nearly all it tells. */
interface Group {
  readonly labels: Labels;
  readonly rows: readonly number[];
  /** Who answered, in CoreDNS' words. */
  readonly plugin: string;
}

/** A part of a group's cells, added up. */
interface Part {
  readonly group: Group;
  readonly cells: Float64Array;
}

/**
 * Queries and answers, by the names and labels of CoreDNS' plugin/metrics (there is no `view`), so that its dashboards
 * show them.
 */
export function addQueryMetrics(metrics: Metrics, { zones, servers, read }: QueryMetricsOptions): void {
  const byZone = (): readonly Group[] => groupsOf({ zones: zones(), servers: servers() }, false);
  const byProto = (): readonly Group[] => groupsOf({ zones: zones(), servers: servers() }, true);

  metrics.readings(
    { name: "coredns_dns_requests_total", help: "DNS requests by zone, protocol, family and type.", type: "counter" },
    () =>
      partsOf(read(), byProto(), { at: cell.requests, length: 2 * typeCells }).flatMap((part) =>
        samples(part, requestLabels),
      ),
  );
  metrics.readings(
    { name: "coredns_dns_responses_total", help: "DNS responses by zone and response code.", type: "counter" },
    () =>
      partsOf(read(), byZone(), { at: cell.rcodes, length: rcodeCells }).flatMap((part) =>
        samples(part, (index) => ({
          rcode: index < countedRcodes ? rcodeText(index) : "other",
          plugin: part.group.plugin,
        })),
      ),
  );
  metrics.readings(
    { name: "coredns_dns_do_requests_total", help: "DNS requests with the DO bit by zone.", type: "counter" },
    () => partsOf(read(), byZone(), { at: cell.dnssecOk, length: 1 }).flatMap((part) => samples(part, () => ({}))),
  );
  metrics.distributions(
    {
      name: "coredns_dns_request_duration_seconds",
      help: "How long answers took by zone; under load, of samples that weigh for the others.",
    },
    durationBuckets,
    () => distributions(partsOf(read(), byZone(), { at: cell.durations, length: durationBuckets.length + 2 })),
  );
  metrics.distributions(
    { name: "coredns_dns_request_size_bytes", help: "Octets of requests by zone and protocol; sampled likewise." },
    sizeBuckets,
    () => distributions(partsOf(read(), byProto(), { at: cell.requestSizes, length: sizeBuckets.length + 2 })),
  );
  metrics.distributions(
    { name: "coredns_dns_response_size_bytes", help: "Octets of responses by zone and protocol; sampled likewise." },
    sizeBuckets,
    () => distributions(partsOf(read(), byProto(), { at: cell.responseSizes, length: sizeBuckets.length + 2 })),
  );
}

function groupsOf(
  { zones, servers }: { readonly zones: readonly string[]; readonly servers: Servers },
  byProto: boolean,
): readonly Group[] {
  const names = [...outsideZones, ...zones.slice(0, zoneLimit).map((zone) => `${zone}.`)];
  const groups = new Map<string, Group>();
  for (const [slot, transport] of transports.entries()) {
    // CoreDNS tells the network's protocol here, and what runs on top of it in `server`.
    const proto = byProto ? { proto: transport === "udp" ? "udp" : "tcp" } : {};
    for (const [index, zone] of names.entries()) {
      const labels = { server: servers[transport], zone, ...proto };
      const key = JSON.stringify(labels);
      const plugin = index >= outsideZones.length ? "kubernetes" : zone === "." ? "forward" : "";
      const rows = [...(groups.get(key)?.rows ?? []), rowAt(index, slot)];
      groups.set(key, { labels, rows, plugin });
    }
  }
  return [...groups.values()];
}

/** The groups that have anything in these cells. */
function partsOf(
  all: Float64Array,
  groups: readonly Group[],
  { at, length }: { readonly at: number; readonly length: number },
): readonly Part[] {
  return groups.flatMap((group) => {
    const cells = addSnapshots(group.rows.map((row) => all.subarray(row + at, row + at + length)));
    return cells.some((value) => value > 0) ? [{ group, cells }] : [];
  });
}

function samples({ group, cells }: Part, labelsAt: (index: number) => Labels): readonly Sample[] {
  return Array.from(cells).flatMap((value, index) =>
    value > 0 ? [{ labels: { ...group.labels, ...labelsAt(index) }, value }] : [],
  );
}

function distributions(parts: readonly Part[]): readonly Distribution[] {
  return parts.map(({ group, cells }) => ({
    labels: group.labels,
    counts: cells.subarray(0, -1),
    sum: cells.at(-1) ?? 0,
  }));
}

function requestLabels(index: number): Labels {
  const type = countedTypes[index % typeCells];
  return { family: index < typeCells ? "1" : "2", type: type === undefined ? "other" : typeText(type) };
}
