import type { Knowledge, ZoneKnowledge } from "./knowledge.ts";

/** What is said to who asks how the server is. */
export interface Verdict {
  /** Whether to go on sending queries here. */
  readonly isGood: boolean;
  /** A few words; `OK` where all is well. */
  readonly summary: string;
}

/** Whether the process serves: it does as long as it can say so, with the API server or without, until it is about to end. */
export function healthOf(isLameduck: boolean): Verdict {
  return isLameduck ? ending : good;
}

/** Whether it has seen the API once. As CoreDNS' plugin/ready, it never takes that back but at the end. */
export function readinessOf({ isSynced }: Knowledge, isLameduck: boolean): Verdict {
  if (isLameduck) return ending;
  if (isSynced) return good;
  return {
    isGood: false,
    summary: "the API server has not been read yet; until then names of the zones are answered SERVFAIL",
  };
}

const good: Verdict = { isGood: true, summary: "OK" };
const ending: Verdict = { isGood: false, summary: "about to end; still answering, but ask another server" };

/** The same for programs. */
export function knowledgeJson({
  isSynced,
  servedRevision,
  api,
  zones,
  addresses,
  workers,
  connections,
}: Knowledge): object {
  return {
    synced: isSynced,
    servedRevision: servedRevision ?? null,
    apiServer: { connected: api.isConnected, silentSeconds: api.silentMs === undefined ? null : api.silentMs / 1_000 },
    zones,
    addresses,
    threads: 1 + workers,
    connections,
  };
}

/** All that is known, a line each. */
export function describeKnowledge(knowledge: Knowledge): readonly string[] {
  return [
    knowledge.isSynced ? `synced: ${revisionText(knowledge)}` : "synced: not yet",
    `API server: ${apiText(knowledge)}`,
    ...knowledge.zones.map((zone) => `zone: ${zoneText(zone)}`),
    `addresses: ${knowledge.addresses.join(", ") || "none"}`,
    `threads: ${1 + knowledge.workers}`,
  ];
}

function apiText(knowledge: Knowledge): string {
  const { isConnected, silentMs } = knowledge.api;
  if (silentMs === undefined) return "has not been heard of yet";
  const seconds = Math.floor(silentMs / 1_000);
  if (isConnected) return `connected, heard of ${seconds} s ago`;
  const answering = knowledge.isSynced
    ? `answering with what was last known (${revisionText(knowledge)})`
    : "not synced";
  return silentMs < 1_000
    ? `does not give lists; ${answering}`
    : `has not been heard of for ${seconds} s; ${answering}`;
}

function revisionText({ servedRevision }: Knowledge): string {
  return servedRevision === undefined ? "no revision yet" : `revision ${servedRevision}`;
}

function zoneText({ name, serial, names, records }: ZoneKnowledge): string {
  return `${name}, serial ${serial}, ${names} names, ${records} records`;
}
