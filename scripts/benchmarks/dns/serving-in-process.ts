import type { Respond } from "../../../packages/dns/src/answers/respond.ts";
import { createServing } from "../../../packages/dns/src/answers/serving.ts";
import type { Fact } from "../../../packages/dns/src/records/fact.ts";
import { namespace, port, reverseName, reverseName6, zone, type BenchNames, type BenchService } from "./names.ts";

/** The way from a query to its answer as a server has it, with these names in it. The one place that builds it. */
export function serveInProcess(names: BenchNames): Respond {
  const settings = {
    zones: [zone],
    ttlSeconds: 5,
    podNames: "verified" as const,
    reverseRanges: [],
    externalZones: [],
    nameServers: ["127.0.0.1"],
    identity: { version: "Ordinal", hostname: "bench" },
  };
  const serving = createServing(settings, { isSynced: () => true });
  serving.apply([], [{ name: "svc" }, { name: `${namespace}.svc` }]);
  for (const service of names.services) serving.apply([], factsOf(service));
  serving.moveSerial(1);
  return serving.respond;
}

function factsOf(service: BenchService): readonly Fact[] {
  const at = `${service.name}.${namespace}.svc`;
  return service.endpoints.flatMap(({ hostname, ipv4, ipv6 }): readonly Fact[] => {
    const name = `${hostname}.${at}`;
    const srv = { type: "SRV" as const, data: `${port.port} ${name}` };
    return [
      { name, record: { type: "A", data: ipv4 } },
      { name, record: { type: "AAAA", data: ipv6 } },
      { name: at, record: { type: "A", data: ipv4 } },
      { name: at, record: { type: "AAAA", data: ipv6 } },
      { name: at, record: srv },
      { name: `_${port.name}._tcp.${at}`, record: srv },
      { tree: "reverse", name: reverseName(ipv4), record: { type: "PTR", data: name } },
      { tree: "reverse", name: reverseName6(ipv6), record: { type: "PTR", data: name } },
    ];
  });
}
