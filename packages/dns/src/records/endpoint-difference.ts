import type { Endpoint } from "@ordinal/api";
import { differenceBy, type Difference } from "./difference.ts";
import { isServed } from "./endpoint-makers.ts";

/**
 * The endpoints that say something in one list and not in the other, so that one change among a thousand endpoints costs a
 * walk past the others and makes no fact of theirs. Whoever wrote the list changes it in place or at an end, nearly always.
 */
export function endpointDifference(before: readonly Endpoint[], after: readonly Endpoint[]): Difference<Endpoint> {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && saysSame(before[start], after[start])) start += 1;
  let end = 0;
  while (end < shorter - start && saysSame(before.at(-1 - end), after.at(-1 - end))) end += 1;
  return differenceBy(textOf, served(before, start, end), served(after, start, end));
}

function served(endpoints: readonly Endpoint[], start: number, end: number): readonly Endpoint[] {
  return endpoints.slice(start, endpoints.length - end).filter(isServed);
}

/** Of what is not served nothing matters. */
function saysSame(a: Endpoint | undefined, b: Endpoint | undefined): boolean {
  if (a === undefined || b === undefined || isServed(a) !== isServed(b)) return false;
  if (!isServed(a)) return true;
  return a.hostname === b.hostname && a.targetRef?.name === b.targetRef?.name && isSameList(a.addresses, b.addresses);
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each, index) => each === b[index]);
}

function textOf({ addresses, hostname, targetRef }: Endpoint): string {
  return `${hostname ?? ""} ${targetRef?.name ?? ""} ${addresses.join()}`;
}
