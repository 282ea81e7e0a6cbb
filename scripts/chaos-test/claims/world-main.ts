import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createHttpsClient, loadKubeconfig } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import { readWorld } from "./read-world.ts";
import { createSteadyClient } from "./steady-client.ts";

// Runs on the private machine: prints everything there is (`world DIR`), also what is in images (`world DIR images`).

const [dataDir = "", images] = process.argv.slice(2);
const imagesBelow = images === undefined ? undefined : join(dataDir, "../looked-into");
if (imagesBelow !== undefined) await mkdir(imagesBelow, { recursive: true });
const access = await loadKubeconfig(join(dataDir, "kubeconfig"));
const https = createHttpsClient({ access, clock: systemClock, log: silentLogger });
const world = await readWorld({ client: createSteadyClient(https, AbortSignal.abort()), dataDir, imagesBelow });
await https.stop();
process.stdout.write(JSON.stringify(world));
