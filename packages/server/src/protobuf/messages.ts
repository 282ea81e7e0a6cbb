import { coreFields } from "./core-fields.ts";
import { groupFields } from "./group-fields.ts";
import { metaFields } from "./meta-fields.ts";

/** One field of a message. */
export interface Field {
  /** Its name in JSON; undefined where the fields of the message inside stand in the outer object. */
  readonly name: string | undefined;
  readonly shape: "one" | "list" | "map";
  /** `string`, `int`, `bool`, `bytes`, a special type, or the name of a message. */
  readonly type: string;
  /** Whether JSON keeps a zero: Go writes every scalar, and JSON has only those that are pointers or required. */
  readonly keepsZero: boolean;
}

/** Fields by their number on the wire. */
export type Message = ReadonlyMap<number, Field>;

/**
 * The messages Ordinal can read, from a table of lines `Message: 1 name type, 2 other []type, 3 ^Inlined`, where `[]` is a
 * list, `{}` a map from strings, `?` keeps a zero and `^` puts the fields of a message into the outer object.
 */
export function readMessages(): ReadonlyMap<string, Message> {
  const lines = [coreFields, groupFields, metaFields].flatMap((table) => table.trim().split("\n"));
  return new Map(lines.map(readLine));
}

function readLine(line: string): readonly [name: string, message: Message] {
  const colon = line.indexOf(":");
  const fields = line
    .slice(colon + 1)
    .split(",")
    .map((field) => readField(field.trim().split(" ")));
  return [line.slice(0, colon), new Map(fields)];
}

function readField(words: readonly string[]): readonly [number: number, field: Field] {
  const [number = "", name = "", type = ""] = words;
  if (name.startsWith("^")) {
    return [Number(number), { name: undefined, shape: "one", type: name.slice(1), keepsZero: false }];
  }
  const groups = /^(?<shape>\[\]|\{\})?(?<type>\w+)(?<zero>\?)?$/.exec(type)?.groups;
  const shapes: Readonly<Record<string, Field["shape"]>> = { "[]": "list", "{}": "map" };
  return [
    Number(number),
    {
      name,
      shape: shapes[groups?.["shape"] ?? ""] ?? "one",
      type: groups?.["type"] ?? "",
      keepsZero: groups?.["zero"] !== undefined,
    },
  ];
}
