import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { percentile } from "../benchmarks/figures.ts";
import { showTable } from "../benchmarks/table.ts";
import { kubectlPath, kubectlProblem } from "../rig/kubectl.ts";
import { machineProblem } from "../rig/machine.ts";
import { databases } from "./databases.ts";
import { runChaos } from "./run.ts";

const usage = `usage: scripts/chaos databases [flags]

Runs databases as StatefulSets, lets them write all the time, kills pods, the daemon and everything at random, and
compares what they hold at the end with what they acknowledged. Ends with 1 when something is missing.

  --seconds N    how long harm is done (180)
  --only NAME    one database, may be repeated: ${Object.keys(databases).join(", ")}
  --class NAME   StorageClass of their claims (local-path)
  --verbose      tells what the writers meet with, too
  --seed N       which harm comes when (drawn, and printed, where it is left out)`;

/** `scripts/chaos databases`. */
export async function databasesMain(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seconds: { type: "string", default: "180" },
      only: { type: "string", multiple: true, default: Object.keys(databases) },
      class: { type: "string", default: "local-path" },
      seed: { type: "string", default: String(randomInt(2 ** 31)) },
      verbose: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  const problem =
    machineProblem() ??
    kubectlProblem() ??
    (seconds > 0 && Number.isSafeInteger(seed) ? undefined : "--seconds and --seed must be numbers") ??
    values.only
      .map((name) => (databases[name] === undefined ? `there is no database ${name}` : undefined))
      .find(Boolean);
  if (values.help) {
    console.log(usage);
    return 0;
  }
  if (problem !== undefined) {
    console.error(`chaos: ${problem}\n\n${usage}`);
    return 2;
  }
  const begun = performance.now();
  const say = (words: string): void => console.error(`${((performance.now() - begun) / 1_000).toFixed(1)} s: ${words}`);
  console.log(`seed ${seed}`);
  const plan = {
    seed,
    seconds,
    names: values.only,
    storageClass: values.class,
    say,
    sayMore: values.verbose ? say : () => {},
  };
  const { outcomes, done, recoveriesMs } = await runChaos({ ...plan, kubectl: kubectlPath() ?? "kubectl" });
  const rows = outcomes.map(({ name, acknowledged, lost, unacknowledged }) =>
    [name, acknowledged, lost.length, unacknowledged].map(String),
  );
  console.log(showTable("Writes", [["", "acknowledged", "lost", "there without a word"], ...rows]));
  console.log(showTable("\nHarm", [["", "times"], ...[...done].map(([harm, times]) => [harm, String(times)])]));
  const [p50, most] = [percentile(recoveriesMs, 0.5), Math.max(...recoveriesMs)];
  console.log(`\nfrom a harm's end until all were Ready: p50 ${p50.toFixed(0)} ms, most ${most.toFixed(0)} ms`);
  for (const { name, lost } of outcomes)
    if (lost.length > 0) console.error(`${name} lost ${lost.slice(0, 20).join(", ")}`);
  return outcomes.some(({ lost }) => lost.length > 0) ? 1 : 0;
}
