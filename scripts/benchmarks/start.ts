import { performance } from "node:perf_hooks";
import { eventually } from "../rig/eventually.ts";
import { Machine } from "../rig/machine.ts";
import { showFigures } from "./figures.ts";

const runs = 7;

/** From the command to `/readyz`: a first start in an empty data directory, later starts, and a bare Node beside them. */
export async function benchStart(): Promise<void> {
  const first: number[] = [];
  const later: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run++) {
    const machine = await Machine.create({ bundled: true });
    bare.push(await timed(async () => void (await machine.out(process.execPath, "-e", "0"))));
    first.push(await timeToReady(machine));
    await machine.out(...machine.ordinal("stop"));
    later.push(await timeToReady(machine));
    await machine.destroy();
  }
  console.log(
    showFigures("Start of the daemon to /readyz", [
      { name: "node -e 0 (baseline)", values: bare, unit: "ms" },
      { name: "first start, empty data directory", values: first, unit: "ms", aim: 500 },
      { name: "later start", values: later, unit: "ms", aim: 500 },
    ]),
  );
}

async function timeToReady(machine: Machine): Promise<number> {
  const begun = performance.now();
  const started = machine.startDaemon("--runtime", "sandbox");
  const readyMs = eventually("/readyz answers", async () =>
    (await machine.readyz()) ? performance.now() - begun : undefined,
  );
  await started;
  return await readyMs;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
