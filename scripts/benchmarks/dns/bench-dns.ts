import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { programPath } from "../../rig/machine.ts";
import { fullPlan, quickPlan, type BenchContext } from "./bench-context.ts";
import { defaultCli } from "./contestants.ts";
import { benchFlips } from "./flips.ts";
import { usableCores } from "./processor.ts";
import { benchThroughput } from "./throughput.ts";
import { benchWorkers } from "./workers.ts";
import { Workshop } from "./workshop.ts";
import { benchWrites } from "./writes.ts";

const parts: Readonly<Record<string, (context: BenchContext) => Promise<void>>> = {
  throughput: benchThroughput,
  workers: benchWorkers,
  writes: benchWrites,
  flips: benchFlips,
};

export const dnsUsage = `scripts/bench dns [--quick] [--only ${Object.keys(parts).join("|")}] [--names 1000,100000] [--cli FILE]

  --quick       about two minutes instead of ten: few and short rounds
  --only PART   may be repeated
  --names N,N   numbers of names for throughput
  --cli FILE    the command line to measure (the bundle)`;

/** The DNS server beside others. Works on 127.0.0.1 only, and leaves nothing behind, not even after Ctrl-C. */
export async function benchDns(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: Object.keys(parts) },
      names: { type: "string", default: "1000,100000" },
      cli: { type: "string", default: defaultCli },
    },
  });
  const unknown = values.only.find((part) => parts[part] === undefined);
  const missing = ["dnsperf", "taskset"].filter((program) => programPath(program) === undefined);
  if (unknown !== undefined || missing.length > 0) {
    const problem = unknown === undefined ? `${missing.join(" and ")} must be installed` : `dns has no part ${unknown}`;
    console.error(`bench: ${problem}\n\nusage: ${dnsUsage}`);
    process.exitCode = 1;
    return;
  }
  const [first = 0, second = first] = await usableCores();
  const workshop = await Workshop.open();
  const begun = performance.now();
  const context: BenchContext = {
    workshop,
    plan: values.quick ? quickPlan : fullPlan,
    sizes: values.names.split(",").map(Number),
    cores: { server: first, generator: second },
    cli: values.cli,
    progress: (text) => console.error(`bench: ${((performance.now() - begun) / 1_000).toFixed(0)} s: ${text}`),
  };
  console.log(`DNS: Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}`);
  if (first === second) console.log("There is one core only: servers and dnsperf share it, and rates mean little.");
  try {
    for (const [name, part] of Object.entries(parts)) if (values.only.includes(name)) await part(context);
  } finally {
    await workshop.clean();
  }
}
