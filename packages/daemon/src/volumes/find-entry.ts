import type { Result } from "@ordinal/api";
import type { TrashEntry } from "@ordinal/provisioner";

/** The entry of this name, or the newest of the claim of this name. `entries` are those of one namespace, where one was given. */
export function findEntry(name: string, entries: readonly TrashEntry[]): Result<TrashEntry, string> {
  const ofClaim = entries.filter(({ record }) => record.claim.name === name);
  const found = entries.find(({ record }) => record.entry === name) ?? ofClaim.at(-1);
  const namespaces = [...new Set(ofClaim.map(({ record }) => record.claim.namespace))];
  if (found === undefined)
    return {
      ok: false,
      error: `the trash has neither an entry nor a claim ${JSON.stringify(name)}; "ordinal volumes trash" lists what it has`,
    };
  if (found.record.entry !== name && namespaces.length > 1)
    return {
      ok: false,
      error: `claims ${name} of ${namespaces.join(" and ")} are in the trash: say which entry, or -n NAMESPACE`,
    };
  return { ok: true, value: found };
}
