import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { percentile } from "../../benchmarks/figures.ts";
import { showTable } from "../../benchmarks/table.ts";
import { machineProblem } from "../../rig/machine.ts";
import { runClaimChaos } from "./run.ts";

const usage = `usage: scripts/chaos claims [flags]

Makes claims of all kinds, writes into them, grows, copies, deletes and restores them, many at once, and kills the daemon
again and again meanwhile. Then looks whether everything that was acknowledged is there, and nothing that nobody names.
Ends with 1 when something is not as it may be.

  --seconds N    how long the daemon is killed (60)
  --slots N      how many claims are dealt with at once (12)
  --seed N       what is done when (drawn, and printed, where it is left out)
  --verbose      tells every kill`;

/** `scripts/chaos claims`. */
export async function claimsMain(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "60" },
      slots: { type: "string", default: "12" },
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const [seconds, slots, seed] = [Number(values.seconds), Number(values.slots), Number(values.seed)];
  const areNumbers = seconds > 0 && Number.isSafeInteger(slots) && slots > 0 && Number.isSafeInteger(seed);
  const problem = machineProblem() ?? (areNumbers ? undefined : "--seconds, --slots and --seed must be numbers");
  if (problem !== undefined) {
    console.error(`chaos: ${problem}\n\n${usage}`);
    return 2;
  }
  console.log(`seed ${seed}`);
  const begun = performance.now();
  const say = (words: string): void => console.error(`${((performance.now() - begun) / 1_000).toFixed(1)} s: ${words}`);
  const result = await runClaimChaos({ seed, seconds, slots, say: values.verbose ? say : () => {} });
  const { faults, kills, killsBeforeReady, done, recoveriesMs, restMs } = result;
  console.log(
    showTable("Done", [
      ["", "times"],
      ...[...done].toSorted(([a], [b]) => a.localeCompare(b)).map(([what, times]) => [what, String(times)]),
    ]),
  );
  const [p50, most] = [percentile(recoveriesMs, 0.5), Math.max(...recoveriesMs)];
  console.log(`\nthe daemon killed ${kills} times, ${killsBeforeReady} of them before it was ready`);
  console.log(`from a start until it was ready: p50 ${p50.toFixed(0)} ms, most ${most.toFixed(0)} ms`);
  console.log(`from the last start until everything was at rest: ${restMs.toFixed(0)} ms`);
  console.log(`faults: ${faults.length}`);
  for (const fault of new Set(faults)) console.error(fault);
  return faults.length > 0 ? 1 : 0;
}
