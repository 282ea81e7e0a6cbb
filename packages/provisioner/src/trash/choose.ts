import { annotations, quantityValue, wellKnown, type PersistentVolumeClaim, type Result } from "@ordinal/api";
import type { TrashEntry } from "./entries.ts";
import { nameStart } from "./record.ts";

/** The annotation's word for the newest entry of a claim with this namespace and name. */
const latest = "latest";

/** What a claim asks to have back, or undefined. */
export function askedEntry(claim: PersistentVolumeClaim): string | undefined {
  const value = claim.metadata.annotations?.[annotations.restoreFrom];
  return value === undefined || value === "" ? undefined : value;
}

/** Whether an entry of this name may be what the claim asks for; its record tells. */
export function mayBeAsked(claim: PersistentVolumeClaim, entry: string): boolean {
  const asked = askedEntry(claim);
  return asked === latest ? entry.startsWith(nameStart(claim.metadata.name)) : entry === asked;
}

/**
 * The entry a claim is to have, or why there is none. An entry of another namespace has to be named: `latest` looks only at
 * the claim's own, and so do the words of the error.
 */
export function chooseEntry(claim: PersistentVolumeClaim, entries: readonly TrashEntry[]): Result<TrashEntry, string> {
  const asked = askedEntry(claim) ?? "";
  const { namespace = "", name } = claim.metadata;
  const theirs = entries.filter(({ record }) => record.claim.namespace === namespace);
  const found =
    asked === latest
      ? theirs.findLast(({ record }) => record.claim.name === name)
      : entries.find(({ record }) => record.entry === asked);
  if (found !== undefined) return { ok: true, value: found };
  const what =
    asked === latest
      ? `no volume of a claim ${namespace}/${name} is in the trash`
      : `${JSON.stringify(asked)} is not in the trash`;
  return { ok: false, error: `${what}; ${showOffer(namespace, theirs)}` };
}

/** Why a volume for this claim cannot be made of the entry, or undefined. */
export function restoreRefusal(
  claim: PersistentVolumeClaim,
  { entry, provisioner }: { readonly entry: TrashEntry; readonly provisioner: string },
): string | undefined {
  const { record } = entry;
  if (record.provisioner !== provisioner)
    return `trash entry ${record.entry} is a volume of ${record.provisioner}, and the class is one of ${provisioner}: use a class such as ${record.storageClass}`;
  const size = claim.spec.resources?.requests?.["storage"] ?? "0";
  if (record.provisioner === wellKnown.localImageProvisioner && quantityValue(size) < quantityValue(record.size))
    return `trash entry ${record.entry} is an image of ${record.size}, and the claim asks for ${size}: ask for ${record.size} or more`;
  return undefined;
}

/** The entries that claims still wait for, which nothing may remove meanwhile. */
export function awaitedEntries(
  claims: readonly PersistentVolumeClaim[],
  entries: readonly TrashEntry[],
): ReadonlySet<string> {
  const waiting = claims.filter(
    (claim) =>
      askedEntry(claim) !== undefined &&
      (claim.spec.volumeName ?? "") === "" &&
      claim.metadata.deletionTimestamp === undefined,
  );
  const chosen = waiting.map((claim) => chooseEntry(claim, entries));
  return new Set(chosen.flatMap((each) => (each.ok ? [each.value.record.entry] : [])));
}

function showOffer(namespace: string, entries: readonly TrashEntry[]): string {
  if (entries.length === 0) return `there is nothing in it of namespace ${namespace}`;
  const shown = entries
    .slice(-5)
    .map(({ record }) => `${record.entry} (claim ${record.claim.name}, ${record.size}, deleted ${record.deleted})`);
  const more = entries.length > shown.length ? ` and ${entries.length - shown.length} older ones` : "";
  return `there are ${shown.toReversed().join(", ")}${more}`;
}
