/* A process of its own that makes, uses and deletes volumes in the directory of a rig, and is killed at a step: DIR STEP. */
import { createFate } from "../disk/crashing-disk.fixture.ts";
import { nodeDisk } from "../disk/disk.ts";
import { putData, startProvisionerRig } from "../provisioner-rig.fixture.ts";

const [dir = "", step = ""] = process.argv.slice(2);
const rig = await startProvisionerRig(dir);
const fate = createFate({
  dieAt: Number(step),
  isDone: Number(step) % 2 === 0,
  end: () => process.kill(process.pid, "SIGKILL"),
});
await rig.start({ disk: fate.disk(nodeDisk), client: fate.client(rig.client) });
const claims = await Promise.all(["a", "b", "c"].map(async (name) => await rig.claim(name)));
for (const claim of claims) await putData(await rig.bind(claim), claim.metadata.name);
await Promise.all(claims.map(async (claim) => await rig.deleteClaim(claim)));
await rig.until("persistentvolumes", (volumes) => volumes.length === 0);
process.exit(0);
