import { machineProblem } from "../rig/machine.ts";
import { benchDns, dnsUsage } from "./dns/bench-dns.ts";
import { benchInside } from "./inside.ts";
import { benchStart } from "./start.ts";
import { benchStorage, storageUsage } from "./storage/bench-storage.ts";

interface Benchmark {
  readonly run: (args: readonly string[]) => Promise<void>;
  /** Why it cannot run here, or undefined when it can. */
  readonly problem: () => string | undefined;
}

const benchmarks: Readonly<Record<string, Benchmark>> = {
  start: { run: benchStart, problem: machineProblem },
  pods: { run: async () => await benchInside("pods-inside.ts"), problem: machineProblem },
  memory: { run: async () => await benchInside("memory-inside.ts"), problem: machineProblem },
  storage: { run: benchStorage, problem: machineProblem },
  dns: { run: benchDns, problem: () => (process.platform === "linux" ? undefined : "needs Linux") },
};

const usage = `usage: scripts/bench [${[...Object.keys(benchmarks), "all"].join("|")}]
       ${dnsUsage}

       ${storageUsage}

Prints figures as tables. All but dns need root on Linux, and work in namespaces of their own.`;

const [which = "all", ...args] = process.argv.slice(2);
const wanted = which === "all" ? Object.keys(benchmarks) : [which];
if (which.startsWith("-") || args.includes("--help") || wanted.some((name) => benchmarks[name] === undefined)) {
  console.log(usage);
  process.exitCode = which === "--help" || which === "-h" || args.includes("--help") ? 0 : 1;
} else {
  for (const name of wanted) {
    const problem = benchmarks[name]?.problem();
    if (problem === undefined) {
      await benchmarks[name]?.run(args);
    } else {
      console.error(`bench: cannot run ${name} here: ${problem}`);
      process.exitCode = 1;
    }
  }
}
