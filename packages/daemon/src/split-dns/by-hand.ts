import { showAddress } from "../setting-values.ts";
import { dnsmasqLines } from "./plan-dnsmasq.ts";
import type { Survey } from "./survey.ts";
import { allZones, type SplitDnsTarget } from "./target.ts";

/** Nothing here can be set up safely; what a person can do instead. */
export interface ByHand {
  readonly is: "by hand";
  readonly why: string;
  /** Ways to choose from, each a few lines. */
  readonly ways: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** A loopback address that nobody else has at port 53. */
const ownAddress = "127.0.0.153";

export function planByHand(
  survey: Survey,
  target: SplitDnsTarget,
  { why, notes }: Pick<ByHand, "why" | "notes">,
): ByHand {
  return {
    is: "by hand",
    why,
    ways: [withDnsmasq(target), withUnbound(target), alone(survey, target), withoutAny(target)],
    notes,
  };
}

function withDnsmasq(target: SplitDnsTarget): readonly string[] {
  return [
    "With dnsmasq as the resolver of this host, put these lines into a file in /etc/dnsmasq.d and restart it:",
    ...dnsmasqLines(target).map(indent),
    'Where dnsmasq runs and /etc/resolv.conf leads to it, "ordinal dns install" does this by itself.',
  ];
}

function withUnbound(target: SplitDnsTarget): readonly string[] {
  const { servers, zones, externalZones, reverseZones } = target;
  return [
    "With unbound, put these lines into a file in /etc/unbound/unbound.conf.d and restart it:",
    ...[
      "server:",
      "  do-not-query-localhost: no",
      ...[...zones, ...externalZones].flatMap((zone) => [
        `  domain-insecure: "${zone}"`,
        `  private-domain: "${zone}"`,
      ]),
      ...reverseZones.map((zone) => `  local-zone: "${zone}." transparent`),
      ...allZones(target).flatMap((zone) => [
        "forward-zone:",
        `  name: "${zone}."`,
        ...servers.map(({ host, port }) => `  forward-addr: ${host}@${port}`),
      ]),
    ].map(indent),
  ];
}

/** resolv.conf knows no ports and no zones: whoever stands there is asked for everything, at port 53. */
function alone({ nameservers }: Survey, { servers }: SplitDnsTarget): readonly string[] {
  const listen = [...servers.map(showAddress), `${ownAddress}:53`].map((each) => `--dns-listen ${each}`);
  const others = nameservers.filter((each) => !each.startsWith("127.")).map((each) => `--dns-upstream ${each}`);
  return [
    "Without any other resolver, let Ordinal be asked for all names (as root, because of port 53):",
    indent(["ordinal start", ...listen, ...(others.length > 0 ? others : ["--dns-upstream ADDRESS"])].join(" ")),
    "and put this line before the other ones of /etc/resolv.conf:",
    indent(`nameserver ${ownAddress}`),
    "While Ordinal is stopped, every lookup then waits for the next server of that file; DHCP may write it anew.",
  ];
}

function withoutAny({ servers, zones }: SplitDnsTarget): readonly string[] {
  const [server] = servers;
  return [
    "Without changing anything, name the server where a program lets you, or use the pods' localhost ports (ordinal status):",
    indent(`dig +short @${server?.host ?? ""} -p ${server?.port ?? 53} web-0.nginx.default.svc.${zones[0] ?? ""}`),
  ];
}

const indent = (line: string): string => `  ${line}`;
