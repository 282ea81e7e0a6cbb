import { isJsonObject } from "@ordinal/api";
import type { JsonObject } from "@ordinal/api";

/** What an object has of its own at a key; `__proto__` is a key like any other. */
export function valueAt(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Sets a key of a copy we own, whatever its name. */
export function setKey(object: JsonObject, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** A value as Go prints it with `%v`, which upstream's messages about patches do: `map[name:web ports:[80 81]]`. */
export function showGo(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(showGo).join(" ")}]`;
  if (!isJsonObject(value)) return typeof value === "string" ? value : JSON.stringify(value);
  const pairs = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `map[${pairs.map(([key, each]) => `${key}:${showGo(each)}`).join(" ")}]`;
}
