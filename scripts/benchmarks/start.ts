import { performance } from "node:perf_hooks";
import { Machine } from "../rig/machine.ts";
import { showFigures } from "./figures.ts";

const runs = 7;

/** From the command to `/readyz`: a first start in an empty data directory, later starts, and a bare Node beside them. */
export async function benchStart(): Promise<void> {
  const first: number[] = [];
  const later: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run++) {
    const machine = await Machine.create();
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

/** Asked by a loop on the machine itself, so that a look costs milliseconds. */
async function timeToReady(machine: Machine): Promise<number> {
  const begun = performance.now();
  const started = machine.startDaemon("--runtime", "sandbox");
  await machine.sh("until curl -sk https://127.0.0.1:6445/readyz | grep -q ok; do sleep 0.01; done");
  const readyMs = performance.now() - begun;
  await started;
  return readyMs;
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
