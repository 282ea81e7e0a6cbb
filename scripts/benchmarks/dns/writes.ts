import { once } from "node:events";
import { join } from "node:path";
import { systemClock } from "@ordinal/runtime";
import { percentile } from "../figures.ts";
import { showTable } from "../table.ts";
import type { BenchContext } from "./bench-context.ts";
import { startEcho, startOurs, type Contestant } from "./contestants.ts";
import { startDnsperf, writeQueries, type DnsperfResult } from "./dnsperf.ts";
import { startFilledApi } from "./filled-api.ts";
import { createNames } from "./names.ts";
import { queriesOf } from "./queries.ts";

const count = 1_000;
/** Of each prober, per second. */
const rate = 1_000;
const quietMs = 3_000;
/** Longer than any storm: the probers are ended when it is over. */
const longestSeconds = 300;
const wantedMs = 2;

/** How late answers are while the API server takes writes that all concern DNS, beside an echo that has nothing to do with them. */
export async function benchWrites(context: BenchContext): Promise<void> {
  const { workshop, plan, progress, cli } = context;
  progress("writes: filling the API and starting the servers");
  const names = createNames(count);
  const api = await startFilledApi(workshop.path("api-writes"), names);
  workshop.keep(api.process);
  const ours = await startOurs({ workshop, names }, { cli, kubeconfig: api.kubeconfig });
  const echo = await startEcho({ workshop, names }, { isAhead: true });
  const queries = await writeQueries(workshop, "writes", queriesOf("A", names));
  const probed = [echo, ours];
  const probe = async (during: Promise<unknown>): Promise<readonly DnsperfResult[]> => {
    const probers = probed.map(({ port }) =>
      startDnsperf(workshop, { port, queries, rate, seconds: longestSeconds, isAhead: true }),
    );
    await during;
    for (const prober of probers) prober.stop();
    return await Promise.all(probers.map(async ({ result }) => await result));
  };
  await probe(systemClock.sleep(quietMs / 2));
  progress("writes: probing while nothing is written");
  const quiet = await probe(systemClock.sleep(quietMs));
  progress(`writes: probing while the API takes ${plan.writes} writes`);
  let stormMs = 0;
  const stormy = await probe(storm(context, api.kubeconfig).then((ms) => (stormMs = ms)));
  const rows = [
    ...quiet.map((result, index) => rowOf("no writes", probed[index], result)),
    ...stormy.map((result, index) => rowOf("in the storm", probed[index], result)),
  ];
  console.log(
    showTable(`Answers while the API takes ${plan.writes} writes, which took it ${(stormMs / 1_000).toFixed(1)} s`, [
      ["", "n", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "lost"],
      ...rows,
    ]),
  );
  console.log(`
How: services and slices of three endpoints are created over HTTPS, 16 at a time, by a process of its own; all of them reach
DNS. dnsperf asks each server ${rate} times a second for names that were there before, whether or not answers come, and tells
the time of each. Nothing is pinned to a core. The echo and dnsperf have a priority like that of our DNS process where root may
give one, so that the echo shows the least that is to be had while the processors are busy. Wanted: p99 below ${wantedMs} ms.
`);
  await Promise.all([api, ours, echo].map(async ({ process }) => await workshop.end(process)));
}

/** How long it took, in milliseconds. */
async function storm({ workshop, plan }: BenchContext, kubeconfig: string): Promise<number> {
  const begun = performance.now();
  const program = join(import.meta.dirname, "writer-main.ts");
  const writer = workshop.start([process.execPath, program, kubeconfig, String(plan.writes)]);
  const [code] = (await once(writer, "exit")) as [number | null];
  if (code !== 0) throw new Error(`the writer ended with ${code}`);
  return performance.now() - begun;
}

function rowOf(when: string, contestant: Contestant | undefined, result: DnsperfResult): readonly string[] {
  const { latencies, lost } = result;
  const shares = [0.5, 0.99, 0.999, 1].map((share) => percentile(latencies, share).toFixed(3));
  return [`${contestant?.name}, ${when}`, String(latencies.length), ...shares, String(lost)];
}
