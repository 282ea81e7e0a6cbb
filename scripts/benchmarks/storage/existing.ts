import { join } from "node:path";
import { percentile, showFigures, type Row } from "../figures.ts";
import { names } from "./claims.ts";
import { openFloor } from "./floor.ts";
import type { StorageContext } from "./storage-inside.ts";
import type { VolumeWorld } from "./volume-world.ts";

/** Claims that are under way at once while volumes are filled in. */
const together = 64;

/** One more claim, and one less, beside few and beside many volumes: it must cost the same. */
export async function benchExisting({ plan, progress, besideDir }: StorageContext, world: VolumeWorld): Promise<void> {
  const rows: Row[] = [];
  const bound: number[] = [];
  const gone: number[] = [];
  const floors: number[] = [];
  const floor = await openFloor(join(besideDir, "existing"));
  for (const name of names("first", plan.alone)) {
    // So that code is as warm at the first figures as at the last.
    await world.bind(name);
    await world.remove(name);
  }
  let existing = 0;
  for (const count of [plan.few, plan.many]) {
    progress(`existing: making ${count - existing} volumes`);
    const begun = performance.now();
    await fill(world, { from: existing, to: count });
    const perSecond = (count - existing) / ((performance.now() - begun) / 1_000);
    existing = count;
    progress(`existing: made ${perSecond.toFixed(0)} a second; one more beside ${count}, ${plan.alone} times`);
    const [bind, remove, make]: [number[], number[], number[]] = [[], [], []];
    for (const name of names(`beside-${count}`, plan.alone)) {
      make.push(await floor.make(name));
      bind.push(await world.bind(name));
      remove.push(await world.remove(name));
    }
    rows.push({ name: `floor: directory and two commits, at that time`, values: make, unit: "ms" });
    rows.push({ name: `claim created to Bound beside ${count}`, values: bind, unit: "ms" });
    rows.push({ name: `claim deleted to gone beside ${count}`, values: remove, unit: "ms" });
    bound.push(percentile(bind, 0.5));
    gone.push(percentile(remove, 0.5));
    floors.push(percentile(make, 0.5));
  }
  console.log(showFigures("Volumes that exist already", rows));
  await floor.stop();
  console.log(
    `Beside ${plan.many} / beside ${plan.few}: Bound ${growthOf(bound)}, gone ${growthOf(gone)} (medians; wanted 1.0); what the disk did meanwhile: floor ${growthOf(floors)}\n`,
  );
}

async function fill(world: VolumeWorld, { from, to }: { readonly from: number; readonly to: number }): Promise<void> {
  for (let begin = from; begin < to; begin += together) {
    const some = Array.from({ length: Math.min(together, to - begin) }, (_, index) => `filler-${begin + index}`);
    await Promise.all(some.map(world.bind));
  }
}

function growthOf([few = Number.NaN, many = Number.NaN]: readonly number[]): string {
  return (many / few).toFixed(2);
}
