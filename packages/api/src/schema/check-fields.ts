import { ApiError } from "../api-error.ts";
import type { Kind } from "../kinds.ts";
import { checkValue, goTypeOf, jsonTypeOf } from "./check-value.ts";
import { fieldsOf, typeNameOf } from "./schema.ts";
import type { Field, FieldType } from "./schema.ts";

/** What the schema says about an object. */
export interface FieldReport {
  /** Paths as upstream writes them: `spec.template.spec.containers[0].imagez`. */
  readonly unknownFields: readonly string[];
  /** Messages as upstream's decoder words them, in the order of the document; upstream reports the first. */
  readonly wrongTypes: readonly string[];
  /**
   * The object in the form in which it is stored: without unknown fields, nulls and zero values that mean nothing,
   * quantities and times in canonical form. Not to be used when there are wrong types.
   */
  readonly pruned: unknown;
}

interface Report {
  readonly unknownFields: string[];
  readonly wrongTypes: string[];
}

/** Where the walk is: the path for people, and what Go's decoder knows of it. */
interface Place {
  readonly path: string;
  /** JSON names from the root, without indices and map keys. */
  readonly names: readonly string[];
  /** The innermost struct, as Go calls it; undefined above the root. */
  readonly struct?: string;
}

/**
 * Compares an object with the schema of its kind, as upstream's decoder does (`sigs.k8s.io/json`): unknown fields are
 * listed, never refused here; keys of maps, `__proto__` among them, are just data.
 */
export function checkFields(kind: Pick<Kind, "group" | "version" | "kind">, object: unknown): FieldReport {
  return checkType(typeNameOf(kind), object);
}

/** The same for a type that is not a stored kind: `autoscaling/v1.Scale`, `meta/v1.DeleteOptions`. */
export function checkType(typeName: string, object: unknown): FieldReport {
  const report: Report = { unknownFields: [], wrongTypes: [] };
  const pruned = walk(report, { is: "struct", type: typeName }, { place: { path: "", names: [] }, value: object });
  return { ...report, pruned };
}

/** The refusal of a body that does not fit its kind: 400, upstream's sentence around the decoder's message. */
export function decodingError(kind: Pick<Kind, "version" | "kind">, message: string): ApiError {
  const text = `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${message}`;
  return new ApiError("BadRequest", text);
}

/** The decoder's message about unknown fields under `fieldValidation=Strict`. */
export function strictDecodingMessage(unknownFields: readonly string[]): string {
  return `strict decoding error: ${unknownFields.map((path) => `unknown field "${path}"`).join(", ")}`;
}

function walk(report: Report, type: FieldType, { place, value }: { place: Place; value: unknown }): unknown {
  switch (type.is) {
    case "struct":
      return isObject(value) ? walkStruct(report, type.type, { place, value }) : wrong(report, type, { place, value });
    case "map":
      if (!isObject(value)) return wrong(report, type, { place, value });
      return Object.fromEntries(
        Object.entries(value).map(([key, each]) => {
          const at = { ...place, path: `${place.path}.${key}` };
          return [key, each === null ? zeroOf(type.of) : walk(report, type.of, { place: at, value: each })];
        }),
      );
    case "list":
      if (!Array.isArray(value)) return wrong(report, type, { place, value });
      return value.map((each: unknown, index) => {
        const at = { ...place, path: `${place.path}[${index}]` };
        return each === null ? zeroOf(type.of) : walk(report, type.of, { place: at, value: each });
      });
    case "value": {
      const checked = checkValue(type, value);
      if (checked.ok) return checked.value;
      const { message, mismatch } = checked.error;
      report.wrongTypes.push(message ?? mismatchMessage(mismatch, place));
      return undefined;
    }
    default:
      return type satisfies never;
  }
}

function walkStruct(
  report: Report,
  typeName: string,
  { place, value }: { place: Place; value: Readonly<Record<string, unknown>> },
): Readonly<Record<string, unknown>> {
  const fields = fieldsOf(typeName);
  const kept: [string, unknown][] = [];
  for (const [name, each] of Object.entries(value)) {
    const path = place.path === "" ? name : `${place.path}.${name}`;
    const field = fields.get(name);
    if (field === undefined) {
      report.unknownFields.push(path);
      continue;
    }
    if (each === null || each === undefined) continue;
    const at = { path, names: [...place.names, name], struct: goNameOf(typeName) };
    const checked = walk(report, field.type, { place: at, value: each });
    if (!isDropped(field, checked)) kept.push([name, checked]);
  }
  return Object.fromEntries(kept);
}

/** Go writes an optional field only if it has a value; a pointer has one even if that is zero. */
function isDropped(field: Field, value: unknown): boolean {
  if (value === undefined) return true;
  if (field.required || field.keepsZero) return false;
  if (field.type.is === "list") return Array.isArray(value) && value.length === 0;
  if (field.type.is === "map") return isObject(value) && Object.keys(value).length === 0;
  if (field.type.is === "struct" || field.type.value === "intOrString" || field.type.value === "raw") return false;
  return value === "" || value === 0 || value === false;
}

/** What Go makes of a null inside a list or a map. */
function zeroOf(type: FieldType): unknown {
  if (type.is === "struct" || type.is === "map") return {};
  if (type.is === "list") return [];
  switch (type.value) {
    case "int32":
    case "int64":
    case "intOrString":
      return 0;
    case "bool":
      return false;
    case "quantity":
      return "0";
    case "raw":
      return null;
    case "string":
    case "bytes":
    case "time":
    case "microTime":
      return "";
    default:
      return type.value satisfies never;
  }
}

function wrong(report: Report, type: FieldType, { place, value }: { place: Place; value: unknown }): undefined {
  report.wrongTypes.push(mismatchMessage({ found: jsonTypeOf(value), wanted: goTypeOf(type) }, place));
}

function mismatchMessage(mismatch: { readonly found: string; readonly wanted: string }, place: Place): string {
  const where = place.struct === undefined ? "value" : `struct field ${place.struct}.${place.names.join(".")}`;
  return `json: cannot unmarshal ${mismatch.found} into Go ${where} of type ${mismatch.wanted}`;
}

/** `core/v1.PodSpec` is PodSpec. */
function goNameOf(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf(".") + 1);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
