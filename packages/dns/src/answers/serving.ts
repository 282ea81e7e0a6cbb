import { isIPv4 } from "node:net";
import type { Fact } from "../records/fact.ts";
import { standingFacts } from "../records/makers.ts";
import type { RecordSettings } from "../records/settings.ts";
import { reverseZones } from "../wire/reverse.ts";
import { Epochs } from "../zone/epochs.ts";
import { NameTable } from "../zone/name-table.ts";
import { createZoneData, type Tables } from "../zone/zone-data.ts";
import { nameServerName, Zone } from "../zone/zone.ts";
import type { Identity } from "./chaos.ts";
import type { Outside } from "./outside.ts";
import { createResponder } from "./responder.ts";
import type { Respond } from "./respond.ts";
import type { Transfer } from "./transfer.ts";

/** What is served, and how. Plain data, so that it can be handed to a thread. */
export interface ServingSettings {
  /** Cluster zones, served from the same data; the first completes PTR targets and pods' short names. */
  readonly zones: readonly string[];
  /** How long answers, and misses, may be remembered. */
  readonly ttlSeconds: number;
  readonly podNames: "disabled" | "insecure" | "verified";
  /** Ranges of addresses whose reverse names are nobody else's. */
  readonly reverseRanges: readonly string[];
  readonly externalZones: readonly string[];
  /** Addresses of this server, handed out with NS records. */
  readonly nameServers: readonly string[];
  readonly identity: Identity;
}

export interface ServingParts {
  /** Whether everything there was at the beginning has been applied. */
  readonly isSynced: () => boolean;
  readonly outside?: Outside | undefined;
  readonly transfer?: Transfer | undefined;
}

/** Tables, zones and the way from a query to its answer: all that a thread needs to answer. */
export interface Serving {
  readonly zones: readonly Zone[];
  readonly tables: Tables;
  readonly respond: Respond;
  /** The zones' serial; they share it, since they share the data. */
  serial(): number;
  /** Makes the zones say `after` instead of `before`, touching only what differs. */
  apply(before: readonly Fact[], after: readonly Fact[]): void;
  /** Moves the zones' serials to this revision if anything was applied since the last time; tells whether it did. */
  moveSerial(revision: number): boolean;
  /**
   * Goes over to other settings, between one query and the next. What was applied stays; facts that depend on settings are
   * for the caller to exchange. Throws, changing nothing, where a zone is no domain name or a range no range.
   */
  configure(settings: ServingSettings, parts: ServingParts): void;
}

/** All names that have an address the wrong way round; who is asked about those not in our ranges is another matter. */
const reverseTops = ["in-addr.arpa", "ip6.arpa"];

const answerNothing: Respond = () => undefined;

/** Throws where a zone is no domain name or a range no range. */
export function createServing(settings: ServingSettings, parts: ServingParts): Serving {
  const epochs = new Epochs();
  const tables: Tables = {
    cluster: new NameTable(epochs),
    reverse: new NameTable(epochs),
    external: new NameTable(epochs),
    pods: new NameTable(epochs),
  };
  const data = createZoneData(tables);
  let zones: readonly Zone[] = [];
  let own: readonly Fact[] = [];
  let respond: Respond = answerNothing;

  function configure(next: ServingSettings, nextParts: ServingParts): void {
    const made = zonesOf(next, tables);
    const serial = serialOf(zones);
    // A secondary server asks for what is new only when the serial has moved.
    if (zones.length > 0) for (const zone of made) zone.moveSerial(serial + 1);
    const said = ownFacts(next);
    data.apply(own, said);
    own = said;
    zones = made;
    respond = createResponder({
      ...nextParts,
      zones,
      tables,
      epochs,
      identity: next.identity,
      echoesPodNames: next.podNames === "insecure",
    });
  }

  configure(settings, parts);
  return {
    get zones() {
      return zones;
    },
    tables,
    respond: (message, transport, address) => respond(message, transport, address),
    serial: () => serialOf(zones),
    apply: (before, after) => data.apply(before, after),
    moveSerial(revision) {
      const isChanged = data.takeChanged();
      if (isChanged) for (const zone of zones) zone.moveSerial(revision);
      return isChanged;
    },
    configure,
  };
}

/** What of the settings decides which records there are. */
export function recordSettings({ podNames, externalZones }: ServingSettings): RecordSettings {
  return { podNames, hasExternalZones: externalZones.length > 0 };
}

function zonesOf(settings: ServingSettings, tables: Tables): readonly Zone[] {
  const { zones: names, externalZones, reverseRanges, ttlSeconds, nameServers } = settings;
  const [primary = ""] = names;
  const common = { ttlSeconds, nameServers };
  const reverse = { ...common, table: tables.reverse, isRelative: false, targetZone: primary };
  const owned = new Set(reverseRanges.flatMap(reverseZones));
  return [
    ...names.map((name) => new Zone({ ...common, name, table: tables.cluster })),
    ...externalZones.map((name) => new Zone({ ...common, name, table: tables.external })),
    ...[...owned].map((name) => new Zone({ ...reverse, name })),
    ...reverseTops.filter((name) => !owned.has(name)).map((name) => new Zone({ ...reverse, name, isAuthority: false })),
  ].toSorted((a, b) => b.labels - a.labels);
}

function serialOf(zones: readonly Zone[]): number {
  return Math.max(0, ...zones.map((zone) => zone.serial));
}

/** What is true whatever objects there are. */
function ownFacts(settings: ServingSettings): readonly Fact[] {
  const { nameServers, externalZones } = settings;
  const trees = externalZones.length > 0 ? ([undefined, "external"] as const) : [undefined];
  const glue = trees.flatMap((tree) =>
    nameServers.map((data) => ({
      ...(tree === undefined ? {} : { tree }),
      name: nameServerName,
      record: { type: isIPv4(data) ? ("A" as const) : ("AAAA" as const), data },
    })),
  );
  return [...standingFacts(recordSettings(settings)), ...glue];
}
