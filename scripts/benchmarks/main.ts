import { machineProblem } from "../rig/machine.ts";
import { benchInside } from "./inside.ts";
import { benchStart } from "./start.ts";

const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  start: benchStart,
  pods: async () => await benchInside("pods-inside.ts"),
  memory: async () => await benchInside("memory-inside.ts"),
};

const problem = machineProblem();
const [which = "all"] = process.argv.slice(2);
if (which === "--help" || which === "-h" || (which !== "all" && benchmarks[which] === undefined)) {
  console.log(
    `usage: scripts/bench [${[...Object.keys(benchmarks), "all"].join("|")}]\n\nPrints figures as tables. Needs root on Linux; works in namespaces of its own.`,
  );
  process.exitCode = which.startsWith("-") ? 0 : 1;
} else if (problem !== undefined) {
  console.error(`bench: cannot run here: ${problem}`);
  process.exitCode = 1;
} else {
  for (const [name, bench] of Object.entries(benchmarks)) {
    if (which === "all" || which === name) await bench();
  }
}
