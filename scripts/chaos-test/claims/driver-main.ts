import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createHttpsClient, loadKubeconfig } from "@ordinal/client";
import { silentLogger, systemClock } from "@ordinal/runtime";
import type { ClassName, Happening } from "./events.ts";
import { live } from "./life.ts";
import { classes } from "./objects.ts";
import { createPool } from "./pools.ts";
import { createSteadyClient } from "./steady-client.ts";

// Runs on the private machine. Makes claims and does things to them in several slots at once until standard input ends, and
// tells on standard output, line by line, what it is about to do and what was acknowledged; at last what was done how often.

interface Order {
  readonly dataDir: string;
  readonly foreignDir: string;
  readonly seed: number;
  readonly slots: number;
  readonly classNames: readonly ClassName[];
  /** The command line of ordinal. */
  readonly ordinal: readonly string[];
}

const order = JSON.parse(process.argv[2] ?? "") as Order;
const ending = new AbortController();
process.stdin.on("end", () => ending.abort()).resume();
const access = await loadKubeconfig(join(order.dataDir, "kubeconfig"));
const https = createHttpsClient({ access, clock: systemClock, log: silentLogger, requestTimeoutMs: 5_000 });
const client = createSteadyClient(https, ending.signal);
const done = new Map<string, number>();
const pools = { bound: createPool(), snapshots: createPool(), trashed: createPool() };

// A pipe is written to at once, so that what is said before a request is known before it.
const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function restore(entry: string, id: string): Promise<void> {
  const [program = "", ...args] = order.ordinal;
  // The daemon may be killed meanwhile; what came of it is seen at the claim.
  await promisify(execFile)(program, [...args, "volumes", "restore", entry, "--as", id, "--timeout", "2s"]).catch(
    () => {},
  );
}

for (const each of classes) await client.create("storageclasses", each);
await Promise.all(
  Array.from({ length: order.slots }, async (_, slot) => {
    await live({
      ...order,
      client,
      pools,
      slot,
      restore,
      volumesDir: join(order.dataDir, "volumes"),
      say: (happening: Happening) => print({ ...happening, atMs: Date.now() }),
      count: (operation) => void done.set(operation, (done.get(operation) ?? 0) + 1),
      signal: ending.signal,
    });
  }),
);
await https.stop();
print({ done: Object.fromEntries(done) });
