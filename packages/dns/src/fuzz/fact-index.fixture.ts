import { isIPv4, isIPv6 } from "node:net";
import type { Fact, RecordText, Tree } from "../records/fact.ts";
import { fold, keyOf, selfAndAbove, type NameKey } from "./names.fixture.ts";

/** A record at a name, before it is known in which zone it is asked for. */
export interface IndexedRecord {
  readonly type: number;
  /** Its data; a last name that is relative lacks its zone and its end. */
  readonly data: string;
  readonly ttl: number | undefined;
}

/** What some facts say, to be looked up. They never change, so each list is looked through once. */
export interface FactIndex {
  readonly names: ReadonlySet<string>;
  readonly records: ReadonlyMap<string, readonly IndexedRecord[]>;
}

export const codes = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, HINFO: 13, TXT: 16, AAAA: 28, SRV: 33 } as const;

const known = new WeakMap<readonly Fact[], FactIndex>();

export function indexOf(facts: readonly Fact[]): FactIndex {
  const index = known.get(facts) ?? build(facts);
  known.set(facts, index);
  return index;
}

/** Names of different trees have nothing to do with each other. */
export function placeOf(tree: Tree | undefined, name: NameKey): string {
  return `${tree ?? "cluster"} ${name}`;
}

function build(facts: readonly Fact[]): FactIndex {
  const names = new Set<string>();
  const records = new Map<string, IndexedRecord[]>();
  for (const { tree, name, record } of facts) {
    const data = record === undefined ? "" : encode(record);
    if (!isEncodable(name) || data === undefined) continue;
    const key = fold(keyOf(name));
    for (const each of selfAndAbove(key)) names.add(placeOf(tree, each));
    if (record === undefined) continue;
    const place = placeOf(tree, key);
    const here = records.get(place) ?? [];
    here.push({ type: codes[record.type], data, ttl: record.ttlSeconds });
    records.set(place, here);
  }
  return { names, records };
}

/** Whether a message can hold the name. */
function isEncodable(name: string): boolean {
  const labels = name.split(".");
  const isPlain = labels.every((label) => label !== "" && label.length <= 63 && !/[^\0-\x7f]/.test(label));
  return isPlain && name.length + 2 <= 255;
}

function encode({ type, data }: RecordText): string | undefined {
  switch (type) {
    case "A":
      return isIPv4(data) ? addressOctets(data) : undefined;
    case "AAAA":
      return isIPv6(data) ? addressOctets(data) : undefined;
    case "PTR":
      return fold(keyOf(data));
    case "CNAME":
      return `${fold(keyOf(data))}\0`;
    case "SRV": {
      const [port = "", target = ""] = data.split(" ");
      return `\0\0\0\0${shortOctets(Number(port))}${fold(keyOf(target))}`;
    }
    case "TXT": {
      const octets = Buffer.from(data);
      const pieces: string[] = [];
      for (let at = 0; at === 0 || at < octets.length; at += 255) pieces.push(octets.toString("latin1", at, at + 255));
      return pieces.map((piece) => String.fromCharCode(piece.length) + piece).join("");
    }
    default:
      throw new Error(`nothing is known of ${JSON.stringify(type)}`);
  }
}

/** Of an address of either family, without dots in one of IPv6. */
export function addressOctets(address: string): string {
  if (isIPv4(address)) return String.fromCharCode(...address.split(".").map(Number));
  const [before = "", after = ""] = address.split("::").map((part) =>
    part
      .split(":")
      .filter((group) => group !== "")
      .map((group) => shortOctets(Number.parseInt(group, 16)))
      .join(""),
  );
  return before + "\0".repeat(16 - before.length - after.length) + after;
}

export function shortOctets(value: number): string {
  return String.fromCharCode(value >>> 8, value & 0xff);
}

export function longOctets(value: number): string {
  return shortOctets(value >>> 16) + shortOctets(value & 0xffff);
}
