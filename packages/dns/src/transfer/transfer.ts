import { describeError, type Logger } from "@ordinal/runtime";
import { compose, type Asked } from "../answers/compose.ts";
import type { Transfer } from "../answers/transfer.ts";
import { rcodes, types } from "../wire/constants.ts";
import type { Zone } from "../zone/zone.ts";
import { askerVersion } from "./asker-version.ts";
import { composeZone } from "./compose-zone.ts";
import { createAllowList, parsePeer } from "./peer.ts";
import { isAfter } from "./serial.ts";
import { Turns } from "./turns.ts";

export interface TransferOptions {
  /** Addresses and ranges that may have whole zones (see `parsePeer`); nobody may where there are none. */
  readonly allow: readonly string[];
  readonly log: Logger;
  /** Zones being copied at a time; the rest waits. Defaults to 2. */
  readonly atOnce?: number;
  /** Beyond so many waiting, askers are told to come back (SERVFAIL). Defaults to 256. */
  readonly maxWaiting?: number;
}

/**
 * Hands out whole zones (AXFR, RFC 5936) over TCP and TLS, and to whoever asks for changes only (IXFR, RFC 1995) the whole
 * zone too, unless there are none. Over UDP AXFR is not defined and IXFR says what version there is, so that the asker comes
 * back over TCP. Throws where `allow` cannot be read. Source: CoreDNS plugin/transfer, which refuses IXFR over UDP as well.
 */
export function createTransfer({ allow, log, atOnce = 2, maxWaiting = 256 }: TransferOptions): Transfer {
  const isAllowed = createAllowList(allow.map(parsePeer));
  const turns = new Turns({ atOnce, maxWaiting });

  async function handOut(asked: Asked, zone: Zone, address: string): Promise<readonly Buffer[]> {
    const fields = { zone: zone.name, to: address };
    try {
      const { serial, messages } = await composeZone(asked, zone);
      log.debug("a zone is handed out", { ...fields, serial, messages: messages.length });
      return messages;
    } catch (error) {
      log.error("a zone could not be handed out", { ...fields, error: describeError(error) });
      return [composeFailure(asked, rcodes.SERVFAIL)];
    }
  }

  return ({ asked, type, zone, transport, address }) => {
    if (!isAllowed(address)) {
      log.debug("a zone is asked for by a stranger", { zone: zone.name, address });
      return undefined;
    }
    const isStream = transport === "tcp" || transport === "tls";
    if (type === types.IXFR) {
      const serial = askerVersion(asked);
      if (serial === undefined) return composeFailure(asked, rcodes.FORMERR);
      if (!isStream || !isAfter(zone.serial, serial)) return composeVersion(asked, zone);
    } else if (!isStream) return undefined;
    return turns.run(() => handOut(asked, zone, address)) ?? composeFailure(asked, rcodes.SERVFAIL);
  };
}

/** The SOA record alone. */
function composeVersion(asked: Asked, zone: Zone): Buffer {
  const [soa] = zone.apex();
  if (soa === undefined) return composeFailure(asked, rcodes.SERVFAIL);
  const answer = { set: soa, ttlSeconds: zone.ttlSeconds, suffix: "" };
  return compose(asked, { rcode: rcodes.NOERROR, isAuthoritative: true, answer });
}

function composeFailure(asked: Asked, rcode: number): Buffer {
  return compose(asked, { rcode, isAuthoritative: false });
}
