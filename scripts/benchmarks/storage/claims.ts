import { showTable } from "../table.ts";
import { percentile, showFigures, type Row } from "../figures.ts";
import { openFloor, timed, type Floor } from "./floor.ts";
import type { StorageContext } from "./storage-inside.ts";
import { startStepLog } from "./steps.ts";
import { requestsAtOnce, type VolumeWorld } from "./volume-world.ts";

const warmUps = 20;
const wantedMs = 5;
const wantedBurstMs = 5_000;

/** Claims to Bound and to gone: alone, and many at once, each beside the floor measured in the same run. */
export async function benchClaims(context: StorageContext, world: VolumeWorld): Promise<void> {
  const { progress, besideDir } = context;
  const floor = await openFloor(besideDir);
  progress(`claims: ${warmUps} to warm up`);
  for (const name of names("warm", warmUps)) {
    await world.bind(name);
    await world.remove(name);
    await floor.make(name);
    await floor.remove(name);
  }
  await benchAlone(context, { world, floor });
  await benchAtOnce(context, { world, floor });
  progress("claims: done");
  await floor.stop();
  console.log(`How: an HTTPS client creates and deletes claims of a class with volumeBindingMode Immediate, and takes the time when its own
watches show them Bound, or their volumes gone (then the directory is out of its place: it lies in the trash). The floor is
one directory made and put on disk (its own fsync and its parent's), then two commits of objects of 1.5 kB by the same
embedded store; all that Bound has to have on disk are four commits, the provisioner's journal and the directory, and nobody hears of it faster than an object is read over HTTPS; to remove, one rename with two fsyncs and two commits. All on one disk, in turns.
Many at once are asked for over ${requestsAtOnce} connections; their times begin when the first is asked for.
`);
}

interface Contestants {
  readonly world: VolumeWorld;
  readonly floor: Floor;
}

async function benchAlone({ plan, progress }: StorageContext, { world, floor }: Contestants): Promise<void> {
  progress(`claims: ${plan.alone} one after the other`);
  const steps = startStepLog(world);
  const figures: Record<"read" | "bind" | "leastBind" | "remove" | "make" | "unmake", number[]> = {
    read: [],
    bind: [],
    leastBind: [],
    remove: [],
    make: [],
    unmake: [],
  };
  for (const name of names("alone", plan.alone)) {
    steps.begin();
    figures.bind.push(await world.bind(name));
    steps.end();
    figures.make.push(await floor.make(name));
    figures.remove.push(await world.remove(name));
    figures.unmake.push(await floor.remove(name));
    figures.leastBind.push(await floor.bind(name));
    await floor.remove(name);
    figures.read.push(await world.read());
  }
  steps.stop();
  const rows: readonly Row[] = [
    { name: "floor: directory and two commits", values: figures.make, unit: "ms" },
    { name: "floor: all that Bound has to have on disk", values: figures.leastBind, unit: "ms" },
    { name: "floor: one object read over HTTPS", values: figures.read, unit: "ms" },
    { name: "claim created to Bound", values: figures.bind, unit: "ms", aim: wantedMs },
    { name: "floor: directory moved and two commits", values: figures.unmake, unit: "ms" },
    { name: "claim deleted to gone", values: figures.remove, unit: "ms" },
  ];
  console.log(showFigures(`One claim at a time`, rows));
  console.log(
    `Bound / floor ${ratioOf(figures.bind, figures.make)}, gone / floor ${ratioOf(figures.remove, figures.unmake)} (medians)\n`,
  );
  console.log(`${steps.show("What the client saw between creating a claim and its being Bound")}\n`);
}

async function benchAtOnce({ plan, progress }: StorageContext, { world, floor }: Contestants): Promise<void> {
  const count = plan.atOnce;
  const all = names("burst", count);
  progress(`claims: ${count} at once`);
  const rows: (readonly string[])[] = [];
  const add = async (name: string, work: (each: string) => Promise<number>, wanted?: number): Promise<number> => {
    let each: readonly number[] = [];
    const total = await timed(async () => {
      each = await Promise.all(all.map(work));
    });
    const shares = [0.5, 0.99].map((share) => percentile(each, share).toFixed(0));
    const aim = wanted === undefined ? ["", ""] : [String(wanted), (total / wanted).toFixed(2)];
    rows.push([name, String(count), total.toFixed(0), (total / count).toFixed(2), ...shares, ...aim]);
    return total;
  };
  const made = await add("floor: directories and two commits each", floor.make);
  const bound = await add("claims created to Bound", world.bind, wantedBurstMs);
  progress(`claims: ${count} deleted at once`);
  const unmade = await add("floor: directories moved and two commits each", floor.remove);
  const gone = await add("claims deleted to gone", world.remove);
  console.log(
    showTable("Many claims at once", [
      ["", "n", "total ms", "ms each", "p50 ms", "p99 ms", "wanted", "total/wanted"],
      ...rows,
    ]),
  );
  console.log(`Bound / floor ${(bound / made).toFixed(2)}, gone / floor ${(gone / unmade).toFixed(2)} (totals)\n`);
}

/** Of the medians. */
function ratioOf(values: readonly number[], others: readonly number[]): string {
  return (percentile(values, 0.5) / percentile(others, 0.5)).toFixed(2);
}

/** Names of claims: `alone-0`, … */
export function names(prefix: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
