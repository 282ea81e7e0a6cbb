import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { showFigures } from "../figures.ts";
import type { BenchContext } from "./bench-context.ts";
import { startOurs } from "./contestants.ts";
import { startFilledApi } from "./filled-api.ts";
import { flippedServices, type FlipFigures } from "./flipped.ts";

const wantedMs = 20;

/** From the API's acknowledgement that an endpoint is (not) ready to the first answer that shows it. */
export async function benchFlips(context: BenchContext): Promise<void> {
  const { workshop, plan, progress, cli } = context;
  progress("flips: filling the API and starting the server");
  const names = flippedServices();
  const api = await startFilledApi(workshop.path("api-flips"), names);
  workshop.keep(api.process);
  const ours = await startOurs({ workshop, names }, { cli, kubeconfig: api.kubeconfig });
  const flip = async (flips: number): Promise<FlipFigures> => {
    const output = workshop.path("flips.json");
    const program = join(import.meta.dirname, "flipper-main.ts");
    const args = [api.kubeconfig, String(ours.port), String(flips), output];
    const flipper = workshop.start([process.execPath, program, ...args]);
    const [code] = (await once(flipper, "exit")) as [number | null];
    if (code !== 0) throw new Error(`the flipping program ended with ${code}`);
    return JSON.parse(await readFile(output, "utf8")) as FlipFigures;
  };
  await flip(plan.flips / 20);
  progress(`flips: ${plan.flips} of them`);
  const begun = performance.now();
  const { writes, shown } = await flip(plan.flips);
  const perSecond = (plan.flips / (performance.now() - begun)) * 1_000;
  const late = shown.filter((value) => value > wantedMs).length;
  console.log(
    showFigures(`Readiness flips to DNS, ${perSecond.toFixed(0)} flips per second`, [
      { name: "the write itself, until it is acknowledged", values: writes, unit: "ms" },
      { name: "acknowledged to shown in an answer", values: shown, unit: "ms" },
    ]),
  );
  console.log(`
How: over HTTPS, in ${names.services.length} services of 20 endpoints, in each of them one flip after another, every one a slice written anew. DNS is
asked from the acknowledgement on, again as soon as an answer is in, so the least possible is one answer's time. Nothing is
pinned to a core. Wanted: p99 below ${wantedMs} ms; ${late} of ${shown.length} took longer. (For pods as they come up, see "scripts/bench pods".)
`);
  await Promise.all([api, ours].map(async ({ process }) => await workshop.end(process)));
}
