import { ApiError } from "../api-error.ts";
import type { Cause } from "../api-error.ts";
import { isJsonObject } from "../json.ts";
import type { Kind } from "../kinds.ts";

/** Sentences about one field in upstream's words. Source: apimachinery `util/validation/field`. */
export const field = {
  required(path: string, detail = ""): Cause {
    return cause("FieldValueRequired", path, withDetail("Required value", detail));
  },
  invalid(path: string, value: unknown, detail = ""): Cause {
    return cause("FieldValueInvalid", path, withDetail(`Invalid value: ${showValue(value)}`, detail));
  },
  duplicate(path: string, value: unknown): Cause {
    return cause("FieldValueDuplicate", path, `Duplicate value: ${showValue(value)}`);
  },
  forbidden(path: string, detail: string): Cause {
    return cause("FieldValueForbidden", path, withDetail("Forbidden", detail));
  },
  notFound(path: string, value: unknown): Cause {
    return cause("FieldValueNotFound", path, `Not found: ${showValue(value)}`);
  },
  notSupported(path: string, value: unknown, supported: readonly string[]): Cause {
    const list = supported.toSorted().map((each) => JSON.stringify(each));
    const detail = `supported values: ${list.join(", ")}`;
    return cause("FieldValueNotSupported", path, withDetail(`Unsupported value: ${showValue(value)}`, detail));
  },
  tooLong(path: string, maxBytes: number): Cause {
    return cause("FieldValueTooLong", path, `Too long: may not be more than ${maxBytes} bytes`);
  },
} as const;

/**
 * The refusal of an object whose fields are wrong: 422 with upstream's sentence,
 * `StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
 */
export function invalid(kind: Pick<Kind, "group" | "kind">, name: string, causes: readonly Cause[]): ApiError {
  const qualified = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  const sentences = [...new Set(causes.map((each) => `${each.field}: ${each.message}`))];
  const list = sentences.length === 1 ? sentences.join("") : `[${sentences.join(", ")}]`;
  return new ApiError("Invalid", `${qualified} ${JSON.stringify(name)} is invalid: ${list}`, {
    details: { name, ...(kind.group === "" ? {} : { group: kind.group }), kind: kind.kind, causes },
  });
}

function cause(reason: string, path: string, message: string): Cause {
  return { reason, message, field: path };
}

function withDetail(what: string, detail: string): string {
  return detail === "" ? what : `${what}: ${detail}`;
}

/** As Go prints it: strings quoted, maps and lists of strings in Go's syntax, everything else as JSON. */
function showValue(value: unknown): string {
  if (value === undefined || value === null) return "null";
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) {
    return `[]string{${value.map((each) => JSON.stringify(each)).join(", ")}}`;
  }
  if (isJsonObject(value) && Object.values(value).every((each) => typeof each === "string")) {
    const pairs = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `map[string]string{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`).join(", ")}}`;
  }
  return JSON.stringify(value);
}
