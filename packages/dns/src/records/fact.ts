import type { RecordType } from "./record-types.ts";

/** One thing the zone says, apart from how it is written on the wire. Names are dotted and relative to the zone. */
export interface Fact {
  readonly name: string;
  /** Left out: the name exists, with nothing at it. */
  readonly record?: { readonly type: RecordType; readonly data: string };
}

/** Facts with the same text say the same. */
export function textOf({ name, record }: Fact): string {
  return record === undefined ? name : `${name} ${record.type} ${record.data}`;
}
