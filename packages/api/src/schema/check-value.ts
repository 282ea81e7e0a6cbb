import { canonicalQuantity } from "../quantity-format.ts";
import type { Result } from "../result.ts";
import type { FieldType, ValueType } from "./schema.ts";

/** Either a message of its own, or a type found where another was wanted. */
export interface ValueProblem {
  readonly message?: string;
  readonly mismatch: { readonly found: string; readonly wanted: string };
}

type ValueField = Extract<FieldType, { readonly is: "value" }>;

/** Raw values may nest this deep; upstream stops at 10 000, our stack earlier. */
const maxDepth = 1000;

/** A value in canonical form, or what upstream's decoder says about it. */
export function checkValue(type: ValueField, value: unknown): Result<unknown, ValueProblem> {
  switch (type.value) {
    case "string":
      return typeof value === "string" ? fine(value) : mismatch(type, value);
    case "bool":
      return typeof value === "boolean" ? fine(value) : mismatch(type, value);
    case "int32":
      return isInteger(value, 2 ** 31) ? fine(value) : mismatch(type, value);
    case "int64":
      return isInteger(value, 2 ** 63) ? fine(value) : mismatch(type, value);
    case "intOrString":
      return typeof value === "string" || isInteger(value, 2 ** 31) ? fine(value) : mismatch(type, value);
    case "quantity":
      return checkQuantity(type, value);
    case "time":
    case "microTime":
      return typeof value === "string" ? checkTime(type, value) : mismatch(type, value);
    case "bytes":
      return typeof value === "string" ? checkBytes(type, value) : mismatch(type, value);
    case "raw":
      return isTooDeep(value) ? problem(type, "exceeded max depth") : fine(value);
    default:
      return type.value satisfies never;
  }
}

/** How Go's decoder names what it met; a number it cannot hold is named with its digits. */
export function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

/** The Go type a field has: `int32`, `v1.PodSpec`, `[]v1.Container`, `map[string]string`. */
export function goTypeOf(type: FieldType): string {
  switch (type.is) {
    case "struct":
      return `v1.${type.type.slice(type.type.lastIndexOf(".") + 1)}`;
    case "list":
      return `[]${goTypeOf(type.of)}`;
    case "map":
      return type.of.is === "value" && type.of.value === "quantity"
        ? "v1.ResourceList"
        : `map[string]${goTypeOf(type.of)}`;
    case "value":
      return type.goName === undefined ? goValueTypes[type.value] : `v1.${type.goName}`;
    default:
      return type satisfies never;
  }
}

const goValueTypes: Readonly<Record<ValueType, string>> = {
  string: "string",
  int32: "int32",
  int64: "int64",
  bool: "bool",
  quantity: "resource.Quantity",
  time: "string",
  microTime: "string",
  intOrString: "int32",
  bytes: "[]uint8",
  raw: "runtime.RawExtension",
};

function checkQuantity(type: ValueField, value: unknown): Result<unknown, ValueProblem> {
  const text = typeof value === "number" ? String(value) : value;
  const canonical = typeof text === "string" ? canonicalQuantity(text) : undefined;
  if (canonical === undefined) return problem(type, quantityRule);
  return canonical.ok ? fine(canonical.value) : problem(type, canonical.error);
}

const quantityRule = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

function checkTime(type: ValueField, text: string): Result<unknown, ValueProblem> {
  const groups = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  const ms = groups === null ? Number.NaN : Date.parse(`${groups[1]}${groups[3]}`);
  if (Number.isNaN(ms)) {
    const layout = type.value === "time" ? "2006-01-02T15:04:05Z07:00" : "2006-01-02T15:04:05.000000Z07:00";
    return problem(
      type,
      `parsing time ${JSON.stringify(text)} as "${layout}": cannot parse ${JSON.stringify(text)} as "2006"`,
    );
  }
  const seconds = new Date(ms).toISOString().slice(0, 19);
  const fraction = type.value === "time" ? "" : `.${(groups?.[2] ?? "").slice(1, 7).padEnd(6, "0")}`;
  return fine(`${seconds}${fraction}Z`);
}

function checkBytes(type: ValueField, text: string): Result<unknown, ValueProblem> {
  const clean = text.replaceAll(/[\r\n]/g, "");
  const wrongAt = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(clean)?.[0].length ?? 0;
  if (wrongAt === clean.length) return fine(clean);
  const bad = /[^A-Za-z0-9+/]/.exec(clean.slice(wrongAt))?.index;
  return problem(type, `illegal base64 data at input byte ${bad === undefined ? wrongAt : wrongAt + bad}`);
}

function isInteger(value: unknown, limit: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= -limit && value < limit;
}

/** Level by level, so that the check itself cannot run out of stack. */
function isTooDeep(value: unknown): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true;
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
  }
  return false;
}

function fine(value: unknown): Result<unknown, ValueProblem> {
  return { ok: true, value };
}

function mismatch(type: ValueField, value: unknown): Result<unknown, ValueProblem> {
  const isNumberWanted = type.value === "int32" || type.value === "int64" || type.value === "intOrString";
  const found = typeof value === "number" && isNumberWanted ? `number ${value}` : jsonTypeOf(value);
  return { ok: false, error: { mismatch: { found, wanted: goTypeOf(type) } } };
}

function problem(type: ValueField, message: string): Result<unknown, ValueProblem> {
  return { ok: false, error: { message, mismatch: { found: "", wanted: goTypeOf(type) } } };
}
