import { isDeepStrictEqual } from "node:util";

type Json = Readonly<Record<string, unknown>>;

/**
 * The JSON merge patch (RFC 7386) that brings `current` to `desired`: what is wanted is set, what an earlier manifest
 * had set and this one no longer names is removed, and what others have set is left alone.
 */
export function threeWayPatch(
  current: Json,
  { applied, desired }: { readonly applied: Json; readonly desired: Json },
): Json {
  const dropped = Object.keys(applied).filter((key) => !Object.hasOwn(desired, key) && Object.hasOwn(current, key));
  const changed = Object.entries(desired).flatMap(([key, wanted]) => {
    const patch = patchOf(current[key], applied[key], wanted);
    return patch === undefined ? [] : [[key, patch] as const];
  });
  return Object.fromEntries([...dropped.map((key) => [key, null] as const), ...changed]);
}

function patchOf(current: unknown, applied: unknown, wanted: unknown): unknown {
  if (isDeepStrictEqual(current, wanted)) return undefined;
  if (!isObject(wanted) || !isObject(current)) return wanted;
  const patch = threeWayPatch(current, { applied: isObject(applied) ? applied : {}, desired: wanted });
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
