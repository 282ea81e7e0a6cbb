import type { RecordType } from "./record-types.ts";

/**
 * Where a name lies: without a tree it is relative to each cluster zone; in `reverse` it is absolute
 * (`5.0.244.10.in-addr.arpa`); in `external` it is relative to each zone for names seen from outside. What lies in `pods` is
 * never handed out: at a pod's dashed address stands its namespace, as TXT.
 */
export type Tree = "reverse" | "external" | "pods";

/** One thing the zones say, apart from how it is written on the wire. Names are dotted. */
export interface Fact {
  readonly tree?: Tree;
  readonly name: string;
  /** Left out: the name exists, with nothing at it. */
  readonly record?: RecordText;
}

/**
 * A record in words. Data: A `10.0.0.1`; AAAA `fd00::1`; SRV `port target`, PTR `target`, both targets relative to a
 * cluster zone (the one asked, or the first for PTR; in the tree `external` to the zone asked); CNAME an absolute target with
 * its trailing dot; TXT one text.
 */
export interface RecordText {
  readonly type: RecordType;
  readonly data: string;
  /** In place of the zone's. */
  readonly ttlSeconds?: number;
}

/** Facts with the same text say the same. */
export function textOf({ tree, name, record }: Fact): string {
  const at = tree === undefined ? name : `${tree}: ${name}`;
  return record === undefined ? at : `${at} ${record.type} ${record.data}`;
}
