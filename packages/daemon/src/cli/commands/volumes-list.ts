import { readVolumes } from "../../volumes/read-volumes.ts";
import { showBytes } from "../../volumes/show-bytes.ts";
import type { VolumeLine } from "../../volumes/volume-lines.ts";
import { dataDirOf, readArguments } from "../arguments.ts";
import { renderTable } from "../table.ts";
import { noMore, outputOf, textFlag, volumeOptions } from "../volume-options.ts";
import { withDaemon } from "../with-daemon.ts";

const header = ["NAMESPACE", "CLAIM", "PHASE", "CLASS", "USED", "CLAIMED", "PATH"];

/** Every claim and every volume without one, with its directory. */
export async function volumesList(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, volumeOptions);
  noMore("volumes list", positionals);
  const output = outputOf(values, ["text", "wide", "json"]);
  const namespace = textFlag(values, "namespace");
  const lines = await withDaemon(
    dataDirOf(values),
    async (client, access) => await readVolumes({ client, access }, namespace),
  );
  if (output === "json") console.log(JSON.stringify(lines, null, 2));
  else if (lines.length === 0) console.log(`There are no volumes${namespace === undefined ? "" : ` in ${namespace}`}.`);
  else console.log(output === "wide" ? showWide(lines) : renderTable([header, ...lines.map(rowOf)]));
  return 0;
}

function showWide(lines: readonly VolumeLine[]): string {
  const rows = lines.map((line) => [...rowOf(line), line.volume ?? "-", line.reclaimPolicy ?? "-"]);
  return renderTable([[...header, "VOLUME", "RECLAIM"], ...rows]);
}

function rowOf(line: VolumeLine): readonly string[] {
  const { namespace = "-", claim = "-", phase, usedBytes, claimed = "-", path = "-" } = line;
  return [
    namespace,
    claim,
    phase,
    line.class ?? "-",
    usedBytes === undefined ? "-" : showBytes(usedBytes),
    claimed,
    path,
  ];
}
