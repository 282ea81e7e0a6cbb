import { Resolver } from "node:dns/promises";
import { isDeepStrictEqual } from "node:util";
import { hasCode, type Clock } from "@ordinal/runtime";
import { showAddress, type Address } from "../setting-values.ts";
import type { SystemHost } from "./system-host.ts";
import type { SplitDnsTarget } from "./target.ts";

/** How one name of ours resolves: asked at Ordinal's DNS itself, and as every program on the host does. */
export interface NameCheck {
  readonly name: string;
  readonly direct: DirectAnswer;
  /** None where the host does not find it. */
  readonly byHost: readonly string[];
}

export type DirectAnswer =
  | { readonly is: "answered"; readonly addresses: readonly string[] }
  | { readonly is: "failed"; readonly why: string };

/** Every cluster has this service, so its name resolves wherever the zone does. */
const probe = "kubernetes.default.svc";

const askMs = 1_000;
const againMs = 250;

/**
 * Looks up one name of every zone, both ways. Bounded: a second or two for DNS, five for the host. For a host that is set
 * up only: another would pass our names on to servers that they are no business of.
 */
export async function checkNames(host: SystemHost, { servers, zones }: SplitDnsTarget): Promise<readonly NameCheck[]> {
  return await Promise.all(
    zones.map(async (zone) => {
      const name = `${probe}.${zone}`;
      const [direct, byHost] = await Promise.all([askDirectly(servers, name), host.lookUp(name)]);
      return { name, direct, byHost };
    }),
  );
}

/** Whether DNS itself answers for the first zone. */
export async function checkServer({ servers, zones }: SplitDnsTarget): Promise<DirectAnswer> {
  return await askDirectly(servers, `${probe}.${zones[0] ?? ""}`);
}

/** Looks again for a while: a resolver that was started just now may need a moment. */
export async function checkUntilGood(
  host: SystemHost,
  target: SplitDnsTarget,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<readonly NameCheck[]> {
  const deadline = clock.now() + withinMs;
  for (;;) {
    const checks = await checkNames(host, target);
    const isHopeless = checks.some(({ direct }) => direct.is === "failed");
    if (checks.every(isGood) || isHopeless || clock.now() >= deadline) return checks;
    await clock.sleep(againMs);
  }
}

/** Whether the host finds what DNS says. */
export function isGood({ direct, byHost }: NameCheck): boolean {
  return direct.is === "answered" && isSameSet(direct.addresses, byHost);
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length > 0 && isDeepStrictEqual(new Set(a), new Set(b));
}

async function askDirectly(servers: readonly Address[], name: string): Promise<DirectAnswer> {
  const resolver = new Resolver({ timeout: askMs, tries: 1 });
  resolver.setServers(servers.map(showAddress));
  try {
    return { is: "answered", addresses: [...(await resolver.resolve4(name)), ...(await addressesV6(resolver, name))] };
  } catch (error) {
    if (hasCode(error, "ENODATA")) return await onlyV6(resolver, name);
    return { is: "failed", why: wordsFor(error) };
  }
}

async function onlyV6(resolver: Resolver, name: string): Promise<DirectAnswer> {
  const addresses = await addressesV6(resolver, name);
  return addresses.length > 0 ? { is: "answered", addresses } : { is: "failed", why: "the name has no address" };
}

async function addressesV6(resolver: Resolver, name: string): Promise<readonly string[]> {
  try {
    return await resolver.resolve6(name);
  } catch {
    // It has been asked for its other addresses with success: there are none of these.
    return [];
  }
}

function wordsFor(error: unknown): string {
  if (hasCode(error, "ECONNREFUSED", "ETIMEOUT", "ECANCELLED")) return "nobody answers there";
  if (hasCode(error, "ESERVFAIL")) return "it has not seen the API server yet";
  if (hasCode(error, "ENOTFOUND")) return "it knows no such name";
  if (hasCode(error, "EREFUSED")) return "it does not serve this zone";
  return (error as Error).message;
}
