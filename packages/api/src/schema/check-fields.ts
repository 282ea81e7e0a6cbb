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

/** Where the walk is. What people read of it is only put together when there is something to say. */
interface Place {
  readonly report: Report;
  readonly above: Place | undefined;
  /** The name of a field, the key of a map, or the index in a list; empty for the root. */
  readonly step: string | number;
  /** The type whose field this is; undefined for the root and for what is in a map or a list. */
  readonly fieldOf?: string;
}

/**
 * Compares an object with the schema of its kind, as upstream's decoder does (`sigs.k8s.io/json`): unknown fields are
 * listed, never refused here; keys of maps, `__proto__` among them, are just data. What is undefined is as absent as in JSON.
 */
export function checkFields(kind: Pick<Kind, "group" | "version" | "kind">, object: unknown): FieldReport {
  return checkType(typeNameOf(kind), object);
}

/** The same for a type that is not a stored kind: `autoscaling/v1.Scale`, `meta/v1.DeleteOptions`. */
export function checkType(typeName: string, object: unknown): FieldReport {
  const report: Report = { unknownFields: [], wrongTypes: [] };
  const pruned = walk({ is: "struct", type: typeName }, object, { report, above: undefined, step: "" });
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

function walk(type: FieldType, value: unknown, place: Place): unknown {
  switch (type.is) {
    case "struct":
      return isObject(value) ? walkStruct(type.type, value, place) : wrong(type, value, place);
    case "map":
      if (!isObject(value)) return wrong(type, value, place);
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, each]) => each !== undefined)
          .map(([key, each]) => [key, walkElement(type.of, each, { place, step: key })]),
      );
    case "list":
      if (!Array.isArray(value)) return wrong(type, value, place);
      return value.map((each: unknown, index) => walkElement(type.of, each, { place, step: index }));
    case "value": {
      const checked = checkValue(type, value);
      if (checked.ok) return checked.value;
      const { message, mismatch } = checked.error;
      place.report.wrongTypes.push(message ?? mismatchMessage(mismatch, place));
      return undefined;
    }
    default:
      return type satisfies never;
  }
}

function walkElement(
  type: FieldType,
  value: unknown,
  { place, step }: { readonly place: Place; readonly step: string | number },
): unknown {
  return value === null || value === undefined
    ? zeroOf(type)
    : walk(type, value, { report: place.report, above: place, step });
}

function walkStruct(typeName: string, value: Readonly<Record<string, unknown>>, place: Place): unknown {
  const { report } = place;
  const fields = fieldsOf(typeName);
  const kept: [string, unknown][] = [];
  for (const [name, each] of Object.entries(value)) {
    const field = fields.get(name);
    const at = { report, above: place, step: name, fieldOf: typeName };
    if (field === undefined) {
      report.unknownFields.push(pathOf(at));
      continue;
    }
    if (each === null || each === undefined) continue;
    const checked = walk(field.type, each, at);
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

function wrong(type: FieldType, value: unknown, place: Place): undefined {
  place.report.wrongTypes.push(mismatchMessage({ found: jsonTypeOf(value), wanted: goTypeOf(type) }, place));
}

/** What Go's decoder knows of a place: the innermost struct, and the names of fields from the root. */
function mismatchMessage(mismatch: { readonly found: string; readonly wanted: string }, place: Place): string {
  const names: string[] = [];
  let struct: string | undefined;
  for (let at: Place | undefined = place; at !== undefined; at = at.above) {
    if (at.fieldOf === undefined) continue;
    struct ??= goNameOf(at.fieldOf);
    names.unshift(String(at.step));
  }
  const where = struct === undefined ? "value" : `struct field ${struct}.${names.join(".")}`;
  return `json: cannot unmarshal ${mismatch.found} into Go ${where} of type ${mismatch.wanted}`;
}

/** `spec.template.spec.containers[0].imagez`. */
function pathOf({ above, step }: Place): string {
  const before = above === undefined ? "" : pathOf(above);
  if (typeof step === "number") return `${before}[${step}]`;
  return before === "" ? step : `${before}.${step}`;
}

/** `core/v1.PodSpec` is PodSpec. */
function goNameOf(typeName: string): string {
  return typeName.slice(typeName.lastIndexOf(".") + 1);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
