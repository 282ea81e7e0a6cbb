import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { showTable } from "../../benchmarks/table.ts";
import { machineProblem, programPath } from "../../rig/machine.ts";
import { runPowerCuts } from "./power.ts";

const usage = `usage: scripts/chaos power [flags]

Makes claims of all kinds, writes into them, grows, copies, deletes and restores them, and takes what is on the disk at some
moments as a power cut would leave it. Then starts a daemon on each, and looks whether everything that was acknowledged
before that moment is there. Ends with 1 when something is not as it may be.

  --cuts N       how often (5)
  --slots N      how many claims are dealt with at once (6)
  --seed N       what is done when (drawn, and printed, where it is left out)`;

/** `scripts/chaos power`. */
export async function powerMain(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      cuts: { type: "string", default: "5" },
      slots: { type: "string", default: "6" },
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [cuts, slots, seed] = [Number(values.cuts), Number(values.slots), Number(values.seed)];
  const areNumbers = [cuts, slots, seed].every((number) => Number.isSafeInteger(number) && number >= 0);
  const problem = powerProblem() ?? (areNumbers ? undefined : "--cuts, --slots and --seed must be numbers");
  if (problem !== undefined) {
    console.error(`chaos: ${problem}\n\n${usage}`);
    return 2;
  }
  console.log(`seed ${seed}`);
  const begun = performance.now();
  const say = (words: string): void => console.error(`${((performance.now() - begun) / 1_000).toFixed(1)} s: ${words}`);
  const taken = await runPowerCuts({ seed, cuts, slots, say });
  const rows = taken.map(({ acknowledged, faults }, index) => [index + 1, acknowledged, faults.length].map(String));
  console.log(showTable("Power cuts", [["", "said before", "faults"], ...rows]));
  const faults = taken.flatMap((cut) => cut.faults);
  for (const fault of faults.slice(0, 50)) console.error(fault);
  return faults.length > 0 ? 1 : 0;
}

/** Why no power can be cut here, or undefined. */
export function powerProblem(): string | undefined {
  const programs = ["mkfs.ext4", "mkfs.xfs", "debugfs", "e2fsck", "losetup"];
  const missing = programs.find((program) => programPath(program) === undefined);
  return machineProblem() ?? (missing && `needs the program ${missing}`);
}
