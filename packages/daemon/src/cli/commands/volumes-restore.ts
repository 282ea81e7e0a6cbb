import { isApiError, type PersistentVolumeClaim } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { parseDuration, type TrashEntry } from "@ordinal/provisioner";
import type { DataDir } from "../../data-dir.ts";
import { UsageError } from "../../usage-error.ts";
import { awaitBound } from "../../volumes/await-bound.ts";
import { carryOutRestore } from "../../volumes/carry-out-restore.ts";
import { findEntry } from "../../volumes/find-entry.ts";
import { pathOfVolume } from "../../volumes/path-of-volume.ts";
import { readTrash } from "../../volumes/read-trash.ts";
import { classForRestore, planRestore } from "../../volumes/restore-claim.ts";
import { dataDirOf, readArguments, type Values } from "../arguments.ts";
import { textFlag } from "../volume-options.ts";
import { withDaemon } from "../with-daemon.ts";

const options = {
  as: { type: "string" },
  namespace: { type: "string", short: "n" },
  timeout: { type: "string" },
  "data-dir": { type: "string" },
} as const;

interface Target {
  readonly namespace: string;
  readonly name: string;
}

/** Gives a deleted volume back to a claim of its name, or another one. Ends with 1 when it is not bound within the time. */
export async function volumesRestore(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, options);
  const waitMs = waitOf(values);
  const dir = dataDirOf(values);
  const entry = await chooseEntry(dir, { values, positionals });
  const { claim } = entry.record;
  const target = {
    namespace: textFlag(values, "namespace") ?? claim.namespace,
    name: textFlag(values, "as") ?? claim.name,
  };
  return await withDaemon(dir, async (client) => await restore(client, { dir, entry, target, waitMs }));
}

async function chooseEntry(
  dir: DataDir,
  { values, positionals: [name, ...extra] }: { values: Values; positionals: readonly string[] },
): Promise<TrashEntry> {
  if (name === undefined || extra.length > 0)
    throw new UsageError('say one entry to restore, or the claim it was of; "ordinal volumes trash" lists them');
  const { entries } = await readTrash(dir);
  const namespace = textFlag(values, "namespace");
  // An entry may go to another namespace; a claim's name is one in the namespace that is said.
  const offered = entries.filter(
    ({ record }) => record.entry === name || namespace === undefined || record.claim.namespace === namespace,
  );
  const found = findEntry(name, offered);
  if (!found.ok) throw new UsageError(found.error);
  return found.value;
}

async function restore(
  client: Client,
  { dir, entry, target, waitMs }: { dir: DataDir; entry: TrashEntry; target: Target; waitMs: number },
): Promise<number> {
  const { entry: name } = entry.record;
  const existing = await orNone(client.get("persistentvolumeclaims", target));
  const className = classForRestore(entry, existing);
  const storageClass = await orNone(client.get("storageclasses", { name: className }));
  const planned = planRestore({ entry, target, existing, storageClass });
  if (!planned.ok) throw new UsageError(planned.error);
  const claim = await carryOutRestore(client, planned.value);
  console.log(`Claim ${target.namespace}/${target.name} gets ${name} back …`);
  const bound = await awaitBound(client, { claim, signal: AbortSignal.timeout(waitMs), onWord: sayWord });
  if (bound === undefined) {
    console.error(
      `It is not bound yet, and goes on being tried: kubectl describe pvc ${target.name} -n ${target.namespace}`,
    );
    return 1;
  }
  return await report(client, { dir, name, bound });
}

function sayWord(sentence: string): void {
  console.log(`  ${sentence}`);
}

async function report(
  client: Client,
  { dir, name, bound }: { dir: DataDir; name: string; bound: PersistentVolumeClaim },
): Promise<number> {
  const { namespace = "", name: claimName } = bound.metadata;
  const volume = await client.get("persistentvolumes", { name: bound.spec.volumeName ?? "" });
  const path = pathOfVolume(volume) ?? volume.metadata.name;
  const { entries } = await readTrash(dir);
  if (entries.some(({ record }) => record.entry === name)) {
    console.error(
      `Claim ${namespace}/${claimName} got another volume at the same moment (${path}); ${name} is still in the trash. Restore it beside with --as NAME`,
    );
    return 1;
  }
  console.log(`Restored to ${path}`);
  console.log(`A pod that uses claim ${claimName} in namespace ${namespace} finds its data there.`);
  return 0;
}

function waitOf(values: Values): number {
  const text = textFlag(values, "timeout") ?? "60s";
  const parsed = parseDuration(text);
  if (parsed.ok) return parsed.value;
  throw new UsageError(`--timeout ${text}: ${parsed.error}`);
}

async function orNone<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isApiError(error, "NotFound")) return undefined;
    throw error;
  }
}
