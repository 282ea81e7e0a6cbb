import type { ApiError } from "@ordinal/api";
import type { ManifestObject } from "./parse-manifest.ts";
import type { Problem } from "./problem.ts";

/** The API's refusal of an object, as problems at the fields it names. */
export function problemsOf(error: ApiError, manifest: ManifestObject): readonly Problem[] {
  const fields = error.reason === "Invalid" ? (error.details?.causes ?? []) : [];
  if (fields.length > 0) return fields.map(({ field, message }) => manifest.problemAt(field, `${field}: ${message}`));
  const named = fieldsIn(error.message);
  if (named.length === 0) return [manifest.problemAt("metadata.name", error.message)];
  return named.map((field) => manifest.problemAt(field, error.message));
}

/** Fields that a decoding error names in its text. */
function fieldsIn(message: string): readonly string[] {
  const unknown = [...message.matchAll(/(?:unknown|duplicate) field "(?<field>[^"]+)"/g)];
  const mistyped = [...message.matchAll(/Go struct field [A-Za-z]+\.(?<field>\S+) of type/g)];
  return [...unknown, ...mistyped].flatMap(({ groups }) => groups?.["field"] ?? []);
}
