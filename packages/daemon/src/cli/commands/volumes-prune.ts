import { emptyEntry, parseDuration, type TrashEntry } from "@ordinal/provisioner";
import { systemClock } from "@ordinal/runtime";
import { UsageError } from "../../usage-error.ts";
import { measureEntries, readTrash } from "../../volumes/read-trash.ts";
import { showBytes } from "../../volumes/show-bytes.ts";
import { trashHeader, trashRow } from "../../volumes/trash-lines.ts";
import { dataDirOf, readArguments, type Values } from "../arguments.ts";
import { confirm } from "../confirm.ts";
import { renderTable } from "../table.ts";
import { textFlag } from "../volume-options.ts";

const options = {
  all: { type: "boolean" },
  "older-than": { type: "string" },
  namespace: { type: "string", short: "n" },
  yes: { type: "boolean" },
  "dry-run": { type: "boolean" },
  "data-dir": { type: "string" },
} as const;

/** Removes deleted volumes for good before their time. Works beside a daemon and without one. */
export async function volumesPrune(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, options);
  const select = selection(values, positionals);
  const { entries } = await readTrash(dataDirOf(values), textFlag(values, "namespace"));
  const chosen = select(entries, systemClock.now());
  if (chosen.length === 0) {
    console.log("There is nothing in the trash to remove.");
    return 0;
  }
  const lines = await measureEntries(chosen);
  console.log("These volumes will be removed for good:");
  console.log(renderTable([trashHeader, ...lines.map((line) => trashRow(line, systemClock.now()))]));
  if (!(await confirm(values))) {
    console.log("Nothing was removed.");
    return 0;
  }
  return await removeAll(
    chosen,
    lines.map(({ usedBytes = 0 }) => usedBytes),
  );
}

type Select = (entries: readonly TrashEntry[], nowMs: number) => readonly TrashEntry[];

/** What the arguments mean. Throws UsageError unless they say it in exactly one way. */
function selection(values: Values, named: readonly string[]): Select {
  const olderThan = textFlag(values, "older-than");
  const ways = [named.length > 0, values["all"] === true, olderThan !== undefined].filter(Boolean);
  if (ways.length !== 1)
    throw new UsageError("say what to remove: entries by name, or --all, or --older-than DURATION");
  if (named.length > 0) return (entries) => [...new Set(named)].map((name) => entryNamed(name, entries));
  if (olderThan === undefined) return (entries) => entries;
  const age = parseDuration(olderThan);
  if (!age.ok) throw new UsageError(`--older-than ${olderThan}: ${age.error}`);
  return (entries, nowMs) => entries.filter(({ record }) => Date.parse(record.deleted) <= nowMs - age.value);
}

function entryNamed(name: string, entries: readonly TrashEntry[]): TrashEntry {
  const found = entries.find(({ record }) => record.entry === name);
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no entry ${JSON.stringify(name)} in the trash, so nothing was removed; "ordinal volumes trash" lists them`,
  );
}

async function removeAll(entries: readonly TrashEntry[], sizes: readonly number[]): Promise<number> {
  let removed = 0;
  let bytes = 0;
  for (const [index, { base, record }] of entries.entries()) {
    if (await emptyEntry({ base, entry: record.entry })) {
      removed += 1;
      bytes += sizes[index] ?? 0;
    } else console.log(`${record.entry} is not in the trash any more.`);
  }
  console.log(`Removed ${removed} ${removed === 1 ? "volume" : "volumes"}, ${showBytes(bytes)}.`);
  return 0;
}
