import type { Kind } from "../kinds.ts";
import { fieldsOf, typeNameOf } from "../schema/schema.ts";
import type { FieldType } from "../schema/schema.ts";
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
  const { requiredLists, structured } = shapeOf(typeName);
  const filled: Record<string, unknown> =
    typeof defaults === "function" ? { ...defaults(value) } : { ...defaults, ...value };
  for (const name of requiredLists) if (!(name in filled)) filled[name] = [];
  for (const [name, type] of structured) if (Object.hasOwn(filled, name)) filled[name] = fill(type, filled[name]);
  return filled;
}

/** What of a type is to be looked at, whatever the object. */
interface Shape {
  /** A list that must be there is at least an empty one, as the types say. */
  readonly requiredLists: readonly string[];
  /** The fields in which there is something to fill in. */
  readonly structured: readonly (readonly [string, FieldType])[];
}

const shapes = new Map<string, Shape>();

function shapeOf(typeName: string): Shape {
  const known = shapes.get(typeName);
  if (known !== undefined) return known;
  const fields = [...fieldsOf(typeName)];
  const shape: Shape = {
    requiredLists: fields.filter(([, { required, type }]) => required && type.is === "list").map(([name]) => name),
    structured: fields.filter(([, { type }]) => isStructured(type)).map(([name, { type }]) => [name, type]),
  };
  shapes.set(typeName, shape);
  return shape;
}

function isStructured(type: FieldType): boolean {
  return type.is === "struct" || (type.is === "list" && isStructured(type.of));
}
