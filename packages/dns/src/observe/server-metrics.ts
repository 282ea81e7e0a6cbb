import { addProcessMetrics, type MetricName, type Metrics, type Sample } from "@ordinal/runtime";
import type { Knowledge, ZoneKnowledge } from "./knowledge.ts";

/** What the server knows, and the process it runs in. `startMs`: when it started, in milliseconds since the epoch. */
export function addServerMetrics(
  metrics: Metrics,
  { read, startMs }: { readonly read: () => Knowledge; readonly startMs: number },
): void {
  const gauge = (metric: MetricName, value: (knowledge: Knowledge) => number | undefined): void =>
    metrics.readings({ ...metric, type: "gauge" }, () => {
      const now = value(read());
      return now === undefined ? [] : [{ labels: {}, value: now }];
    });
  const perZone = (metric: MetricName, value: (zone: ZoneKnowledge) => number): void =>
    metrics.readings({ ...metric, type: "gauge" }, () =>
      read().zones.map((zone): Sample => ({ labels: { zone: `${zone.name}.` }, value: value(zone) })),
    );

  perZone({ name: "ordinal_dns_names", help: "Names that exist in the zone." }, ({ names }) => names);
  perZone({ name: "ordinal_dns_records", help: "Records of the zone." }, ({ records }) => records);
  perZone({ name: "ordinal_dns_zone_serial", help: "Serial of the zone." }, ({ serial }) => serial);
  gauge({ name: "ordinal_dns_synced", help: "Whether the API server has been read." }, ({ isSynced }) =>
    Number(isSynced),
  );
  gauge(
    { name: "ordinal_dns_served_revision", help: "Revision of the API whose changes are all in the answers." },
    ({ servedRevision }) => servedRevision,
  );
  gauge({ name: "ordinal_dns_api_connected", help: "Whether the API server is there." }, ({ api }) =>
    Number(api.isConnected),
  );
  gauge(
    { name: "ordinal_dns_api_silent_seconds", help: "Time since the API server was last heard of." },
    ({ api: { silentMs } }) => (silentMs === undefined ? undefined : silentMs / 1_000),
  );
  gauge({ name: "ordinal_dns_workers", help: "Threads that answer beside the first." }, ({ workers }) => workers);
  gauge({ name: "ordinal_dns_connections", help: "Open connections of askers." }, ({ connections }) => connections);
  addProcessMetrics(metrics, startMs);
}
