import type { KubeObject } from "@ordinal/api";
import type { Entry } from "@ordinal/store";
import { omit } from "./omit.ts";

/** Enough for every object of a busy machine and its latest changes. */
const remembered = 4096;

/**
 * Entries as objects, each parsed once and shared by all who read it, so frozen all through. A revision belongs to
 * exactly one version of one object, and is therefore the key.
 */
export class ParsedObjects {
  readonly #byRevision = new Map<number, KubeObject>();

  of(entry: Entry): KubeObject {
    const known = this.#byRevision.get(entry.modRevision);
    if (known !== undefined) this.#byRevision.delete(entry.modRevision);
    const object = known ?? parse(entry);
    this.#byRevision.set(entry.modRevision, object);
    if (this.#byRevision.size > remembered) this.#forgetOldest();
    return object;
  }

  #forgetOldest(): void {
    const oldest = this.#byRevision.keys().next().value;
    if (oldest !== undefined) this.#byRevision.delete(oldest);
  }
}

/** The text that is stored: everything but the resourceVersion, which is not known before the write. */
export function toStoredText(object: KubeObject): string {
  return JSON.stringify({ ...object, metadata: omit(object.metadata, ["resourceVersion"]) });
}

function parse(entry: Entry): KubeObject {
  const object = JSON.parse(entry.value) as KubeObject;
  const metadata = { ...object.metadata, resourceVersion: String(entry.modRevision) };
  return deepFreeze({ ...object, metadata });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) deepFreeze(each);
  return Object.freeze(value);
}
