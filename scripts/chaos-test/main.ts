import { claimsMain } from "./claims/main.ts";
import { databasesMain } from "./databases-main.ts";

const kinds = { databases: databasesMain, claims: claimsMain };

const usage = `usage: scripts/chaos [databases|claims] [flags]

  databases    harms real databases, and compares what they hold with what they acknowledged (the default)
  claims       kills the daemon under claims that are made, copied, deleted and restored, and compares the world with what was acknowledged

scripts/chaos databases --help and scripts/chaos claims --help tell their flags.`;

const [first = "databases", ...rest] = process.argv.slice(2);
if (first === "databases" || first === "claims") {
  process.exitCode = await kinds[first](rest);
} else if (first === "--help" || first === "-h") {
  console.log(usage);
} else if (first.startsWith("-")) {
  process.exitCode = await databasesMain([first, ...rest]);
} else {
  console.error(`chaos: there is no kind "${first}"\n\n${usage}`);
  process.exitCode = 2;
}
