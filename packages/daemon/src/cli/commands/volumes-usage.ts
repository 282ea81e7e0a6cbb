import { byFullness, fullness } from "../../volumes/fullness.ts";
import { readVolumes } from "../../volumes/read-volumes.ts";
import { showBytes } from "../../volumes/show-bytes.ts";
import type { VolumeLine } from "../../volumes/volume-lines.ts";
import { dataDirOf, readArguments } from "../arguments.ts";
import { renderTable } from "../table.ts";
import { noMore, outputOf, textFlag, volumeOptions } from "../volume-options.ts";
import { withDaemon } from "../with-daemon.ts";

const header = ["NAMESPACE", "CLAIM", "USED", "CLAIMED", "USED%", "INODES", "PATH"];

/** What each volume takes up, the fullest first. */
export async function volumesUsage(argv: readonly string[]): Promise<number> {
  const { values, positionals } = readArguments(argv, volumeOptions);
  noMore("volumes usage", positionals);
  const output = outputOf(values, ["text", "json"]);
  const namespace = textFlag(values, "namespace");
  const all = await withDaemon(
    dataDirOf(values),
    async (client, access) => await readVolumes({ client, access }, namespace),
  );
  const lines = byFullness(all.filter(({ volume }) => volume !== undefined));
  if (output === "json")
    console.log(
      JSON.stringify(
        lines.map((line) => ({ ...line, usedPercent: fullness(line) })),
        null,
        2,
      ),
    );
  else if (lines.length === 0) console.log(`There are no volumes${namespace === undefined ? "" : ` in ${namespace}`}.`);
  else console.log(renderTable([header, ...lines.map(rowOf)]));
  return 0;
}

function rowOf(line: VolumeLine): readonly string[] {
  const { namespace = "-", claim = "-", usedBytes, inodesUsed, claimed = "-", path = "-" } = line;
  const percent = fullness(line);
  return [
    namespace,
    claim,
    usedBytes === undefined ? "-" : showBytes(usedBytes),
    claimed,
    percent === undefined ? "-" : `${percent.toFixed(percent < 9.95 ? 1 : 0)}%`,
    inodesUsed === undefined ? "-" : String(inodesUsed),
    path,
  ];
}
