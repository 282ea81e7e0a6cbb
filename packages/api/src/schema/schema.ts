import { createRequire } from "node:module";
import type { Kind } from "../kinds.ts";
import compact from "./schema.generated.json" with { type: "json" };

/** What a value is on the wire. Names are Go's, for the decoder's messages. */
export type ValueType =
  | "string"
  | "int32"
  | "int64"
  | "bool"
  /** A number with a unit, `1Gi`; see `parseQuantity`. */
  | "quantity"
  /** RFC 3339 in whole seconds. */
  | "time"
  /** RFC 3339 in microseconds. */
  | "microTime"
  /** A number, or a string such as `10%` or a port's name. */
  | "intOrString"
  /** Base64. */
  | "bytes"
  /** Any JSON. */
  | "raw";

export type FieldType =
  | { readonly is: "value"; readonly value: ValueType; readonly goName?: string }
  | { readonly is: "list"; readonly of: FieldType }
  | { readonly is: "map"; readonly of: FieldType }
  | { readonly is: "struct"; readonly type: string };

export interface Field {
  readonly type: FieldType;
  readonly required: boolean;
  /** Whether `0`, `false` and `""` mean something else than no value. */
  readonly keepsZero: boolean;
}

/** The fields of a type by their JSON names. */
export type Fields = ReadonlyMap<string, Field>;

const rows: Readonly<Record<string, Readonly<Record<string, string>>>> = compact;
const parsed = new Map<string, Fields>();
const letters: Readonly<Record<string, ValueType>> = {
  s: "string",
  i: "int32",
  l: "int64",
  b: "bool",
  q: "quantity",
  t: "time",
  u: "microTime",
  o: "intOrString",
  y: "bytes",
  x: "raw",
};

/** The schema's name of a kind: `apps/v1.StatefulSet`. Groups keep only their first word: `storage/v1.StorageClass`. */
export function typeNameOf(kind: Pick<Kind, "group" | "version" | "kind">): string {
  const [group = ""] = kind.group.split(".");
  return `${group === "" ? "core" : group}/${kind.version}.${kind.kind}`;
}

/** Every type the served kinds reach, by name. */
export function typeNames(): readonly string[] {
  return Object.keys(rows);
}

/** The fields of a type; throws on a name the schema does not have. */
export function fieldsOf(typeName: string): Fields {
  const known = parsed.get(typeName);
  if (known !== undefined) return known;
  const row = Object.hasOwn(rows, typeName) ? rows[typeName] : undefined;
  if (row === undefined) throw new TypeError(`the schema has no type ${typeName}`);
  const fields = new Map(Object.entries(row).map(([name, text]) => [name, parseField(text)]));
  parsed.set(typeName, fields);
  return fields;
}

/** What upstream says about a type (under `""`) and its fields. The file is read at the first call. */
export function descriptionsOf(typeName: string): Readonly<Record<string, string>> {
  return loadDescriptions()[typeName] ?? {};
}

let descriptions: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;

function loadDescriptions(): NonNullable<typeof descriptions> {
  descriptions ??= createRequire(import.meta.url)("./descriptions.generated.json") as NonNullable<typeof descriptions>;
  return descriptions;
}

/** Reads `!*s:PullPolicy`: required, keeps zero, a string that Go names PullPolicy. */
function parseField(text: string): Field {
  const marks = /^(!?)(\*?)(.+)$/.exec(text);
  if (marks?.[3] === undefined) throw new TypeError(`the schema has an empty field type`);
  return { required: marks[1] === "!", keepsZero: marks[2] === "*", type: parseType(marks[3]) };
}

function parseType(text: string): FieldType {
  if (text.startsWith("[]")) return { is: "list", of: parseType(text.slice(2)) };
  if (text.startsWith("{}")) return { is: "map", of: parseType(text.slice(2)) };
  const [letter = "", goName] = text.split(":");
  const value = letters[letter];
  if (value === undefined) return { is: "struct", type: text };
  return goName === undefined ? { is: "value", value } : { is: "value", value, goName };
}
