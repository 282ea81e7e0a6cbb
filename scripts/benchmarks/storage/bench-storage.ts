import { readFile, statfs } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { kubectlPath } from "../../rig/kubectl.ts";
import { Machine } from "../../rig/machine.ts";
import { fullPlan, quickPlan, storageParts, type StoragePlan } from "./plan.ts";

export const storageUsage = `scripts/bench storage [--quick] [--only ${storageParts.join("|")}] [--claims N] [--existing N]

  --quick       about two minutes instead of ten: fewer of everything
  --only PART   may be repeated: claims (to Bound, and to gone), existing (the same beside many volumes), io (in pods)
  --claims N    claims at once (${fullPlan.atOnce})
  --existing N  volumes that are there already (${fullPlan.many})

  Data lies in the directory for temporary files: TMPDIR=DIR chooses another disk.`;

const tmpfsType = 0x0102_1994;

/** Claims, volumes and their I/O, with the daemon as users run it on a private machine of its own. Leaves nothing behind, not even after Ctrl-C. */
export async function benchStorage(argv: readonly string[]): Promise<void> {
  const plan = readPlan(argv);
  if (typeof plan === "string") {
    console.error(`bench: ${plan}\n\nusage: ${storageUsage}`);
    process.exitCode = 1;
    return;
  }
  const begun = performance.now();
  const progress = (text: string): void =>
    console.error(`bench: ${((performance.now() - begun) / 1_000).toFixed(0)} s: ${text}`);
  progress("starting the daemon");
  const machine = await Machine.create();
  let cleaned: Promise<void> | undefined;
  const clean = async (): Promise<void> => await (cleaned ??= machine.destroy());
  const onSignal = (): void => {
    progress("interrupted, cleaning up");
    void clean().finally(() => process.exit(130));
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, onSignal);
  try {
    await machine.startDaemon("--runtime", "sandbox", "--dns-upstream", "none");
    console.log(await describeMachine(machine.dir));
    await runInside(machine, { plan, progress });
  } finally {
    progress("removing everything");
    await clean();
    for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, onSignal);
  }
}

/** The plan, or what is wrong with the arguments. */
function readPlan(argv: readonly string[]): StoragePlan | string {
  try {
    return planOf(parseArgs({ args: [...argv], options: argumentTypes }).values);
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

const argumentTypes = {
  quick: { type: "boolean", default: false },
  only: { type: "string", multiple: true },
  claims: { type: "string" },
  existing: { type: "string" },
} as const;

interface Arguments {
  readonly quick: boolean;
  readonly only?: readonly string[];
  readonly claims?: string;
  readonly existing?: string;
}

function planOf(values: Arguments): StoragePlan | string {
  const usual = values.quick ? quickPlan : fullPlan;
  const parts = storageParts.filter((part) => values.only?.includes(part) ?? true);
  const unknown = values.only?.find((part) => !storageParts.some((each) => each === part));
  if (unknown !== undefined) return `storage has no part ${unknown}`;
  const atOnce = Number(values.claims ?? usual.atOnce);
  const many = Number(values.existing ?? usual.many);
  if (!Number.isSafeInteger(atOnce) || atOnce < 1) return `--claims ${values.claims}: give a number from 1 on`;
  if (!Number.isSafeInteger(many) || many < usual.few)
    return `--existing ${values.existing}: give a number from ${usual.few} on`;
  return { ...usual, parts, atOnce, many };
}

async function describeMachine(dir: string): Promise<string> {
  const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" "));
  const holds = (mountPoint = ""): boolean =>
    `${dir}/`.startsWith(mountPoint.endsWith("/") ? mountPoint : `${mountPoint}/`);
  const mount = mounts
    .filter(([, at]) => holds(at))
    .toSorted((a, b) => (a[1] ?? "").length - (b[1] ?? "").length)
    .at(-1);
  const line = `Storage: Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? "unknown"}, ${mount?.[2] ?? "?"} on ${mount?.[0] ?? "?"}`;
  if ((await statfs(dir)).type !== tmpfsType) return line;
  return `${line}\nThis is memory: nothing waits for a disk, and figures mean little. TMPDIR=/var/tmp chooses another place.`;
}

async function runInside(
  machine: Machine,
  { plan, progress }: { readonly plan: StoragePlan; readonly progress: (text: string) => void },
): Promise<void> {
  const program = join(import.meta.dirname, "storage-inside.ts");
  const child = machine.spawn([
    process.execPath,
    program,
    machine.dataDir,
    kubectlPath() ?? "kubectl",
    JSON.stringify(plan),
  ]);
  child.stdin?.end();
  child.stdout?.on("data", (chunk: Buffer) => process.stdout.write(chunk));
  child.stderr?.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString().split("\n")) if (line !== "") progress(line);
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`the benchmark ended with ${code}\n${machine.output.slice(-4000)}`);
}
