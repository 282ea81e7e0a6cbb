import { showAddress } from "../setting-values.ts";
import type { ByHand } from "./by-hand.ts";
import type { Change } from "./changes.ts";
import type { PlannedCommand } from "./split-dns-plan.ts";
import type { SplitDnsTarget } from "./target.ts";

/** Every change as it will be made, line by line, then the programs that are run, then what ought to be known. */
export function showChanges({
  changes,
  commands,
  notes,
}: {
  readonly changes: readonly Change[];
  readonly commands: readonly PlannedCommand[];
  readonly notes: readonly string[];
}): string {
  return [
    ...changes.flatMap((change) => [`  ${verbFor(change)} ${change.path}`, ...differenceOf(change)]),
    ...commands.map(({ argv, why }) => `  run     ${argv.join(" ")}   (${why})`),
    ...showNotes(notes),
  ].join("\n");
}

export function showTarget({ servers, zones }: SplitDnsTarget): string {
  return `${servers.map(showAddress).join(", ")} for ${zones.join(", ")} and the reverse names of its addresses`;
}

export function showByHand({ why, ways, notes }: ByHand): string {
  return [
    `This cannot be set up here: ${why}.`,
    "Nothing was changed. What you can do by hand, one of these:",
    ...ways.flatMap((way) => ["", ...way]),
    ...(notes.length === 0 ? [] : ["", ...showNotes(notes)]),
  ].join("\n");
}

function showNotes(notes: readonly string[]): readonly string[] {
  return notes.map((note) => `  note    ${note}`);
}

function verbFor({ before, after }: Change): string {
  if (after === undefined) return "remove ";
  return before === undefined ? "write  " : "change ";
}

/** Removed lines, then new ones: the files are a few lines long. */
function differenceOf({ before, after }: Change): readonly string[] {
  const old = linesOf(before);
  const fresh = linesOf(after);
  return [
    ...old.filter((line) => !fresh.includes(line)).map((line) => `          - ${line}`),
    ...fresh.filter((line) => !old.includes(line)).map((line) => `          + ${line}`),
  ];
}

function linesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.trimEnd().split("\n");
}
