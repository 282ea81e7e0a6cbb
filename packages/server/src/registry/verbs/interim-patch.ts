import { ApiError, type Kind } from "@ordinal/api";

/** Merge patches until `../../patch` is there. */
export function applyPatch({
  type,
  body,
  current,
}: {
  type: string;
  body: unknown;
  kind: Kind;
  current: unknown;
}): unknown {
  if (type === "json") throw new ApiError("UnsupportedMediaType", "json patches are not served yet");
  return merge(current, body);
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
