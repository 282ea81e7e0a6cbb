import type { Kind } from "../kinds.ts";
import { fieldsOf, typeNameOf } from "../schema/schema.ts";
import type { Fields, FieldType } from "../schema/schema.ts";
import { isJsonObject } from "../json.ts";
import type { JsonObject } from "../json.ts";
import { typeDefaults } from "./type-defaults.ts";

/**
 * Fills in what upstream v1.33 fills in: each type has its defaults wherever it occurs, outer types first.
 * The object must have passed `checkFields`; it is not changed. Doing it twice changes nothing more.
 */
export function withDefaults<T extends object>(kind: Pick<Kind, "group" | "version" | "kind">, object: T): T {
  return fill({ is: "struct", type: typeNameOf(kind) }, object) as T;
}

function fill(type: FieldType, value: unknown): unknown {
  switch (type.is) {
    case "struct":
      return isJsonObject(value) ? fillStruct(type.type, value) : value;
    case "list":
      return Array.isArray(value) && isStructured(type.of) ? value.map((each) => fill(type.of, each)) : value;
    case "map":
    case "value":
      return value;
    default:
      return type satisfies never;
  }
}

function fillStruct(typeName: string, value: JsonObject): JsonObject {
  const defaults = Object.hasOwn(typeDefaults, typeName) ? typeDefaults[typeName] : undefined;
  const fields = fieldsOf(typeName);
  const filled = {
    ...missingLists(fields, value),
    ...(typeof defaults === "function" ? defaults(value) : { ...defaults, ...value }),
  };
  const entries = Object.entries(filled).map(([name, each]): [string, unknown] => {
    const field = fields.get(name);
    return [name, field === undefined || !isStructured(field.type) ? each : fill(field.type, each)];
  });
  return Object.fromEntries(entries);
}

/** A list that must be there is at least an empty one, as the types say. */
function missingLists(fields: Fields, value: JsonObject): JsonObject {
  const missing = [...fields].filter(([name, field]) => field.required && field.type.is === "list" && !(name in value));
  return Object.fromEntries(missing.map(([name]) => [name, []]));
}

function isStructured(type: FieldType): boolean {
  return type.is === "struct" || (type.is === "list" && isStructured(type.of));
}
