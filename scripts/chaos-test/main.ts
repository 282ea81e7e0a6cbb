import { claimsMain } from "./claims/main.ts";
import { powerMain } from "./claims/power-main.ts";
import { databasesMain } from "./databases-main.ts";

const kinds = { databases: databasesMain, claims: claimsMain, power: powerMain };

const usage = `usage: scripts/chaos [databases|claims|power] [flags]

  databases    harms real databases, and compares what they hold with what they acknowledged (the default)
  claims       kills the daemon under claims that are made, copied, deleted and restored, and compares what is left with
               what was acknowledged
  power        the same with what is on the disk when the power goes

scripts/chaos KIND --help tells the flags of each.`;

const [first = "databases", ...rest] = process.argv.slice(2);
if (first === "databases" || first === "claims" || first === "power") {
  process.exitCode = await kinds[first](rest);
} else if (first === "--help" || first === "-h") {
  console.log(usage);
} else if (first.startsWith("-")) {
  process.exitCode = await databasesMain([first, ...rest]);
} else {
  console.error(`chaos: there is no kind "${first}"\n\n${usage}`);
  process.exitCode = 2;
}
