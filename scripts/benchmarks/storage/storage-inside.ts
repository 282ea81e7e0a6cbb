import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createVolumeWorld } from "./volume-world.ts";
import { benchClaims } from "./claims.ts";
import { benchExisting } from "./existing.ts";
import { benchIo } from "./io.ts";
import type { StoragePlan } from "./plan.ts";

const [dataDir = "", kubectl = "kubectl", plan = "{}"] = process.argv.slice(2);

/** What every part of the benchmark is given. */
export interface StorageContext {
  readonly plan: StoragePlan;
  readonly dataDir: string;
  readonly kubectl: string;
  /** A directory on the disk of the volumes, for comparisons. */
  readonly besideDir: string;
  /** Tells what is under way. */
  readonly progress: (text: string) => void;
}

const besideDir = join(dataDir, "beside");
await mkdir(besideDir);
const context: StorageContext = {
  plan: JSON.parse(plan) as StoragePlan,
  dataDir,
  kubectl,
  besideDir,
  progress: (text) => console.error(text),
};
const world = await createVolumeWorld(dataDir);
for (const part of context.plan.parts) {
  if (part === "claims") await benchClaims(context, world);
  if (part === "existing") await benchExisting(context, world);
  if (part === "io") await benchIo(context, world);
}
await world.close();
