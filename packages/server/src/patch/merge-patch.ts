import { ApiError, isJsonObject } from "@ordinal/api";
import type { JsonObject } from "@ordinal/api";
import { valueAt } from "./json-values.ts";

/** RFC 7386: objects are merged, null takes a field away, everything else replaces. */
export function applyMergePatch(current: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) throw new ApiError("BadRequest", "Invalid JSON Patch");
  return merge(current, patch);
}

function merge(current: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const before: JsonObject = isJsonObject(current) ? current : {};
  const kept = Object.entries(before).filter(([key]) => !Object.hasOwn(patch, key));
  const set = Object.entries(patch)
    .filter(([, value]) => value !== null)
    .map(([key, value]): [string, unknown] => [key, merge(valueAt(before, key), value)]);
  return Object.fromEntries([...kept, ...set]);
}
