import { systemClock } from "@ordinal/runtime";
import { measureEntries, readTrash } from "../../volumes/read-trash.ts";
import { trashHeader, trashRow } from "../../volumes/trash-lines.ts";
import { dataDirOf, readArguments } from "../arguments.ts";
import { renderTable } from "../table.ts";
import { noMore, outputOf, textFlag, volumeOptions } from "../volume-options.ts";

/** The deleted volumes that can be restored, the oldest first. Asks no daemon. */
export async function volumesTrash(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, volumeOptions);
  noMore("volumes trash", positionals);
  const output = outputOf(values, ["text", "json"]);
  const { entries, notes } = await readTrash(dataDirOf(values), textFlag(values, "namespace"));
  const lines = await measureEntries(entries);
  for (const note of notes) console.error(note);
  if (output === "json") console.log(JSON.stringify(lines, null, 2));
  else if (lines.length === 0) console.log("The trash is empty.");
  else console.log(renderTable([trashHeader, ...lines.map((line) => trashRow(line, systemClock.now()))]));
  return 0;
}
