import { rcodes, types } from "../wire/constants.ts";
import { soaMinimum, targetOf } from "./data-layout.ts";
import type { MessageRecord } from "./read-message.ts";
import { foldCase } from "./wire-name.ts";

/** What was asked for. */
export interface Sought {
  /** Labels in lower case, without the closing zero. */
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

/**
 * How an answer may be remembered: `success` has what was asked for, `denial` says in a provable way that there is none,
 * `failure` that it could not be found out; `none` is nothing to remember (referrals, a "no" without SOA, other errors).
 */
export interface Lifetime {
  readonly kind: "success" | "denial" | "failure" | "none";
  readonly seconds: number;
}

/** Most a "yes", a "no" and a failure may be remembered. Source: CoreDNS plugin/cache; RFC 2308 §7.1 for failures. */
export const maxSuccessSeconds = 3_600;
export const maxDenialSeconds = 1_800;
const maxFailureSeconds = 5;

export const notRemembered: Lifetime = { kind: "none", seconds: 0 };

/**
 * Decides it by RFC 2308: no longer than any record in the answer, a "no" no longer than its SOA says. Nothing is remembered
 * longer than its TTL; TTL 0 is for the one who asked (RFC 1035 §3.2.1).
 */
export function lifetimeOf(rcode: number, records: readonly MessageRecord[], sought: Sought): Lifetime {
  if (rcode === rcodes.SERVFAIL || rcode === rcodes.NOTIMP) return { kind: "failure", seconds: maxFailureSeconds };
  if (rcode === rcodes.NOERROR && answers(records, sought))
    return lasting("success", shortest(records, maxSuccessSeconds));
  const soa = records.find(({ section, type }) => section === 1 && type === types.SOA);
  if ((rcode !== rcodes.NOERROR && rcode !== rcodes.NXDOMAIN) || soa === undefined) return notRemembered;
  return lasting("denial", Math.min(shortest(records, maxDenialSeconds), soaMinimum(soa.data)));
}

function lasting(kind: "success" | "denial", seconds: number): Lifetime {
  return seconds > 0 ? { kind, seconds } : notRemembered;
}

function shortest(records: readonly MessageRecord[], most: number): number {
  return records.reduce((least, { ttl }) => Math.min(least, ttl), most);
}

/** Longest chain of aliases that is followed. */
const maxHops = 16;

/**
 * The records that answer the question: the chain of aliases from its name on, then those of its type at the end. Records
 * of other names in the section answer nothing that was asked. Empty when the chain leads nowhere.
 */
export function chainOf(records: readonly MessageRecord[], sought: Sought): readonly MessageRecord[] {
  const owners = answersByOwner(records, sought);
  const chain: MessageRecord[] = [];
  const seen = new Set<string>();
  let { name } = sought;
  while (!seen.has(name) && seen.size < maxHops) {
    seen.add(name);
    const here = owners.get(name) ?? [];
    const found = here.filter(({ type }) => type === sought.type || sought.type === types.ANY);
    if (found.length > 0) return [...chain, ...found];
    const alias = here.find(({ type }) => type === types.CNAME);
    if (alias === undefined) break;
    chain.push(alias);
    name = foldCase(targetOf(alias.data));
  }
  return chain;
}

function answers(records: readonly MessageRecord[], sought: Sought): boolean {
  const last = chainOf(records, sought).at(-1);
  return last !== undefined && (last.type === sought.type || sought.type === types.ANY);
}

function answersByOwner(
  records: readonly MessageRecord[],
  sought: Sought,
): ReadonlyMap<string, readonly MessageRecord[]> {
  const owners = new Map<string, MessageRecord[]>();
  for (const record of records) {
    if (record.section !== 0 || (record.class !== sought.class && sought.class !== anyClass)) continue;
    const name = foldCase(record.owner);
    const here = owners.get(name);
    if (here === undefined) owners.set(name, [record]);
    else here.push(record);
  }
  return owners;
}

/** Source: RFC 1035 §3.2.5, `*`. */
const anyClass = 255;
