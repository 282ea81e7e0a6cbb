import { startDnsServer } from "@ordinal/dns";
import { systemClock } from "@ordinal/runtime";
import { parseAddress, parseDomain } from "../../settings.ts";
import { runCompanion } from "../companion-process.ts";

const options = {
  "dns-listen": { type: "string", multiple: true },
  "cluster-domain": { type: "string", multiple: true },
  "report-lease": { type: "boolean" },
} as const;

export async function dns(argv: readonly string[]): Promise<number> {
  return await runCompanion(argv, {
    options,
    start: async ({ client, log, values }) => {
      const listen = listOr(values["dns-listen"], ["127.0.0.1:10053"]).map((each) => parseAddress("dns-listen", each));
      const zones = listOr(values["cluster-domain"], ["cluster.local"]).map((each) =>
        parseDomain("cluster-domain", each),
      );
      const reportLease = values["report-lease"] === true;
      return await startDnsServer({
        client,
        listen,
        zones,
        clock: systemClock,
        log: log.child({ part: "dns" }),
        reportLease,
      });
    },
  });
}

function listOr(value: unknown, byDefault: readonly string[]): readonly string[] {
  return Array.isArray(value) ? value.map(String) : byDefault;
}
