import { setMaxListeners } from "node:events";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { showUpstream, type UpstreamAddress } from "../forward/upstream-address.ts";
import type { Zone } from "../zone/zone.ts";
import { composeNotify } from "./notify-message.ts";
import { parsePeer } from "./peer.ts";
import { sendNotify } from "./send-notify.ts";

export interface NotifierOptions {
  /** As `allow` of `createTransfer`; ranges are nobody one could tell. */
  readonly targets: readonly string[];
  /** The zones there are now. */
  readonly zones: () => readonly Zone[];
  readonly clock: Clock;
  readonly log: Logger;
}

/** Stopped, it tells nobody anything more, and no socket or timer is left. */
export interface Notifier extends Stoppable {
  /** Has every target told that the zones' serials have moved. To be called when zones may be asked for, not before. */
  serialMoved(): void;
}

/** One target is told of one zone no more often than that; what changes meanwhile is told of together. */
const pauseMs = 1_000;

/** How long each attempt waits for an answer. Source: RFC 1996 §3.6 wants a bounded number, farther and farther apart. */
const timeoutsMs: readonly number[] = [1_000, 2_000, 4_000, 8_000];

interface Target {
  readonly at: UpstreamAddress;
  readonly name: string;
  isSilent: boolean;
}

/** What one target is to be told of one zone. */
interface News {
  readonly target: Target;
  readonly zone: string;
  /** Whether there is a version that it was not told of. */
  isDue: boolean;
  isUnderWay: boolean;
  /** The response code of its last answer. */
  rcode: number;
}

/**
 * Tells secondary servers of new versions (NOTIFY, RFC 1996), each until it answers or has been silent for 15 s; the last
 * version is never left untold while somebody listens. Throws where a target cannot be read. Source: CoreDNS plugin/transfer.
 */
export function startNotifier({ targets, zones, clock, log }: NotifierOptions): Notifier {
  const addresses = targets.flatMap((text) => parsePeer(text).notify ?? []);
  const told = addresses.map((at): Target => ({ at, name: showUpstream(at), isSilent: false }));
  const news = new Map<string, News>();
  const underWay = new Set<Promise<void>>();
  const ending = new AbortController();
  const { signal } = ending;
  // There are as many as zones times targets.
  setMaxListeners(0, signal);

  function newsOf(target: Target, zone: string): News {
    const key = `${target.name} ${zone}`;
    const known = news.get(key);
    if (known !== undefined) return known;
    const made = { target, zone, isDue: false, isUnderWay: false, rcode: 0 };
    news.set(key, made);
    return made;
  }

  /** Goes on for as long as there is something to tell. */
  async function tell(each: News): Promise<void> {
    each.isUnderWay = true;
    while (each.isDue && !signal.aborted) {
      await attempt(each);
      await pause(pauseMs);
    }
    each.isUnderWay = false;
  }

  async function attempt(each: News): Promise<void> {
    const { target } = each;
    let reason = "";
    for (const timeoutMs of timeoutsMs) {
      const zone = zones().find(({ name, isAuthority }) => isAuthority && name === each.zone);
      // Before it is sent: what changes from here on is news again.
      each.isDue = false;
      if (zone === undefined || signal.aborted) return;
      const startMs = clock.now();
      const notified = await sendNotify(composeNotify(zone), target.at, { clock, timeoutMs, signal });
      if (notified.is === "answered") {
        hear(each, notified.rcode);
        return;
      }
      ({ reason } = notified);
      // Where nobody listens that is known at once; somebody may, in a while.
      await pause(timeoutMs - (clock.now() - startMs));
    }
    if (target.isSilent || signal.aborted) return;
    target.isSilent = true;
    log.warn("a secondary DNS server does not answer NOTIFY; it will see changes when it asks by itself", {
      server: target.name,
      zone: each.zone,
      reason,
    });
  }

  /** Any answer ends the attempts, RFC 1996 §4.8; a refusal will not become anything else soon. */
  function hear(each: News, rcode: number): void {
    const { target, zone } = each;
    if (target.isSilent) log.info("a secondary DNS server answers NOTIFY again", { server: target.name });
    target.isSilent = false;
    if (rcode !== 0 && rcode !== each.rcode) {
      log.warn("a secondary DNS server wants no NOTIFY; configure the zone there, with this server as its primary", {
        server: target.name,
        zone,
        rcode,
      });
    }
    each.rcode = rcode;
  }

  async function pause(ms: number): Promise<void> {
    if (ms > 0 && !signal.aborted) await clock.sleep(ms, signal).catch(() => {});
  }

  return {
    serialMoved() {
      if (signal.aborted) return;
      for (const { name, isAuthority } of zones()) {
        if (!isAuthority) continue;
        for (const target of told) {
          const each = newsOf(target, name);
          each.isDue = true;
          if (each.isUnderWay) continue;
          const telling = tell(each).finally(() => underWay.delete(telling));
          underWay.add(telling);
        }
      }
    },
    async stop() {
      ending.abort();
      await Promise.all(underWay);
    },
  };
}
