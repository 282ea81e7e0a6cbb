import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError, systemClock } from "@ordinal/runtime";
import { Random } from "../../../packages/dns/src/fuzz/random.fixture.ts";
import { eventually } from "../../rig/eventually.ts";
import { Machine } from "../../rig/machine.ts";
import { run } from "../../rig/run.ts";
import { faultsAtRest } from "./at-rest.ts";
import { startDriver, type Driver } from "./driver.ts";
import { allClassNames, type ChaosEvent } from "./events.ts";
import { historyOf, readLedger } from "./ledger.ts";

export interface PowerPlan {
  readonly seed: number;
  /** How often the power goes. */
  readonly cuts: number;
  /** How many claims are dealt with at once. */
  readonly slots: number;
  readonly say: (words: string) => void;
}

/** One moment at which the power went. */
export interface Cut {
  /** How much had been acknowledged. */
  readonly acknowledged: number;
  /** What is not as it may be after it, a sentence each. */
  readonly faults: readonly string[];
}

interface Taken {
  readonly image: string;
  readonly sinceMs: number;
  readonly untilMs: number;
}

const flags = ["--runtime=sandbox", "--dns-upstream=none", "--log-level=warn", "--trash-min-free=0"];
/** Between two cuts. */
const [leastMs, moreMs] = [500, 1_500];

/**
 * Takes, while claims are made, used, copied, deleted and restored, what is on the disk at some moments, as a power cut would
 * leave it, and starts a daemon on each. The data directory lies on an ext4 in a file; its loop device reads and writes that
 * file directly, so that nothing is in it but what was written to the disk, and the file lies on an XFS, which copies it as
 * of one moment.
 */
export async function runPowerCuts(plan: PowerPlan): Promise<readonly Cut[]> {
  const dir = await mkdtemp(join(tmpdir(), "ordinal-power-"));
  // At the same place for every machine, since paths are in the objects.
  const disk = join(dir, "disk");
  await mkdir(disk);
  try {
    const { taken, events } = await takeCuts(plan, { dir, disk });
    const cuts: Cut[] = [];
    for (const each of taken) {
      const acknowledged = events.filter(({ atMs }) => atMs < each.sinceMs).length;
      plan.say(`a daemon is started on what was there after ${acknowledged} events`);
      cuts.push({ acknowledged, faults: await faultsAfter(each, { plan, disk, events }) });
    }
    return cuts;
  } finally {
    await eventually("no loop device is left", async () => !(await loopFiles()).includes(`${dir}/`));
    await rm(dir, { recursive: true });
  }
}

interface Places {
  /** Outside of all machines. */
  readonly dir: string;
  /** Where each machine mounts its disk. */
  readonly disk: string;
}

async function takeCuts(
  plan: PowerPlan,
  { dir, disk }: Places,
): Promise<{ readonly taken: readonly Taken[]; readonly events: readonly ChaosEvent[] }> {
  const machine = await Machine.create({ dataDir: join(disk, "data") });
  let driver: Driver | undefined;
  try {
    await machine.sh(`
      set -e
      truncate -s 4G ${dir}/outer.img
      mkfs.xfs -q ${dir}/outer.img
      mkdir ${dir}/outer
      mount -o loop ${dir}/outer.img ${dir}/outer
      truncate -s 1G ${dir}/outer/disk.img
      mkfs.ext4 -q -F ${dir}/outer/disk.img
      mount -o loop ${dir}/outer/disk.img ${disk}
      losetup --direct-io=on "$(losetup --noheadings --output NAME --associated ${dir}/outer/disk.img)"
      mkdir ${machine.dir}/foreign`);
    await machine.startDaemon(...flags);
    driver = startDriver(machine, { ...plan, classNames: allClassNames, foreignDir: `${machine.dir}/foreign` });
    const random = new Random(plan.seed);
    const taken: Taken[] = [];
    const { events } = driver;
    await eventually("the driver has begun", () => events.length > plan.slots, 60_000);
    for (let number = 1; number <= plan.cuts; number += 1) {
      await systemClock.sleep(leastMs + random.below(moreMs));
      const sinceMs = Date.now();
      await machine.out("cp", "--reflink=always", `${dir}/outer/disk.img`, `${dir}/outer/cut-${number}.img`);
      taken.push({ image: join(dir, `cut-${number}.img`), sinceMs, untilMs: Date.now() });
      const problem = driver.problem();
      if (problem !== undefined) throw new Error(`the driver ended: ${problem}\n${machine.output}`);
    }
    await driver.kill();
    await machine.sh(`for image in ${dir}/outer/cut-*; do cp --sparse=always "$image" ${dir}/; done`);
    return { taken, events };
  } catch (error) {
    plan.say(`${describeError(error)}\nthe daemon said:\n${machine.output.slice(-4_000)}`);
    throw error;
  } finally {
    await driver?.kill();
    await machine.destroy();
  }
}

async function faultsAfter(
  { image, sinceMs, untilMs }: Taken,
  { plan, disk, events }: { readonly plan: PowerPlan; readonly disk: string; readonly events: readonly ChaosEvent[] },
): Promise<readonly string[]> {
  const machine = await Machine.create({ dataDir: join(disk, "data") });
  try {
    await machine.sh(`mount -o loop ${image} ${disk}`);
    await machine.startDaemon(...flags);
    const faults = await faultsAtRest(machine, readLedger(events, { sinceMs, untilMs }));
    for (const fault of faults) plan.say(`${fault}\n  ${historyOf(fault, events).join("\n  ")}`);
    if (faults.length > 0) plan.say(`the daemon said:\n${machine.output.slice(-4_000)}`);
    return faults;
  } catch (error) {
    plan.say(`${describeError(error)}\nthe daemon said:\n${machine.output.slice(-4_000)}`);
    throw error;
  } finally {
    await machine.destroy();
  }
}

async function loopFiles(): Promise<string> {
  return (await run(["losetup", "--list", "--noheadings", "--output", "BACK-FILE"])).stdout;
}
