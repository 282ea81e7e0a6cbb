import { networkInterfaces } from "node:os";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { followFile } from "./follow-file.ts";
import { isOwnAddress } from "./own-address.ts";
import { parseResolvConf } from "./resolv-conf.ts";
import type { Upstream } from "./upstream.ts";
import { showUpstream, type UpstreamAddress } from "./upstream-address.ts";

/** Whom to ask: these, or the name servers of a file like /etc/resolv.conf, as it is at any time. */
export type UpstreamSource = readonly UpstreamAddress[] | { readonly resolvConf: string };

export interface UpstreamListOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Where this server itself answers. */
  readonly own: () => readonly UpstreamAddress[];
  readonly create: (address: UpstreamAddress) => Upstream;
  /** Called when others are to be asked than before. */
  readonly onChange: (change: { readonly gone: readonly Upstream[] }) => void;
}

/** The upstreams there are, kept in step with where they are told from. */
export interface UpstreamList extends Stoppable {
  /** In their order. */
  upstreams(): readonly Upstream[];
  /** Takes them from here from now on. Resolves once they are known. */
  use(source: UpstreamSource): Promise<void>;
}

/** Source: CoreDNS plugin/forward, `max`. */
const maxUpstreams = 15;

/**
 * Upstreams that stay keep their connections and what is known of their health. This server's own addresses are left out,
 * since a resolv.conf may well name them; a file that names nobody else, or cannot be read, changes nothing.
 */
export function createUpstreamList({ clock, log, own, create, onChange }: UpstreamListOptions): UpstreamList {
  let current: readonly Upstream[] = [];
  let following: Stoppable | undefined;
  /** Ends when the source that was named last is in use. */
  let turn: Promise<void> = Promise.resolve();

  function useAddresses(addresses: readonly UpstreamAddress[]): void {
    const kept = new Map(current.map((upstream) => [upstream.name, upstream]));
    const wanted = new Map(addresses.slice(0, maxUpstreams).map((address) => [showUpstream(address), address]));
    const next = [...wanted].map(([name, address]) => kept.get(name) ?? create(address));
    const names = next.map(({ name }) => name);
    if (names.join(" ") === current.map(({ name }) => name).join(" ")) return;
    const gone = current.filter(({ name }) => !wanted.has(name));
    current = next;
    log.info(names.length === 0 ? "names outside our zones are refused" : "names outside our zones are forwarded", {
      upstreams: names,
    });
    onChange({ gone });
    for (const upstream of gone) upstream.stop();
  }

  function withoutOwn(addresses: readonly UpstreamAddress[]): readonly UpstreamAddress[] {
    const places = { own: own(), local: localAddresses() };
    const others = addresses.filter((address) => !isOwnAddress(address, places));
    if (others.length < addresses.length) {
      const left = addresses.filter((address) => !others.includes(address)).map(showUpstream);
      log.info("an upstream is this server itself; it is left out", { upstreams: left });
    }
    return others;
  }

  function takeText(path: string, text: string): void {
    const found = withoutOwn(parseResolvConf(text));
    if (found.length > 0) return useAddresses(found);
    const remedy = "give one with --dns-upstream ADDRESS, or --dns-upstream none to refuse names outside our zones";
    const before = current.map(({ name }) => name);
    log.warn(`${path} names no name server beside this one; ${remedy}`, { stillUsed: before });
  }

  async function change(source: UpstreamSource): Promise<void> {
    await following?.stop();
    following = undefined;
    if (!("resolvConf" in source)) return useAddresses(withoutOwn(source));
    const path = source.resolvConf;
    following = await followFile(path, {
      clock,
      onText(read) {
        if ("text" in read) return takeText(path, read.text);
        const stillUsed = current.map(({ name }) => name);
        log.warn(`cannot read upstreams from ${path}: ${read.problem}`, { stillUsed });
      },
    });
  }

  return {
    upstreams: () => current,
    use(source) {
      turn = turn.then(async () => await change(source));
      return turn;
    },
    async stop() {
      await turn;
      await following?.stop();
      for (const upstream of current) upstream.stop();
    },
  };
}

function localAddresses(): readonly string[] {
  try {
    return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
  } catch {
    // Some sandboxes forbid to look; a loop is then found by what comes back.
    return [];
  }
}
