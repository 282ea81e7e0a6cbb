import { percentile } from "../figures.ts";
import { showTable } from "../table.ts";
import type { BenchContext } from "./bench-context.ts";
import { flawsOf } from "./check-answers.ts";
import {
  startDns2,
  startDnsmasq,
  startEcho,
  startKnot,
  startOurs,
  type Contestant,
  type StartContext,
} from "./contestants.ts";
import { runDnsperf, writeQueries } from "./dnsperf.ts";
import { startFilledApi } from "./filled-api.ts";
import { createNames, type BenchNames } from "./names.ts";
import { residentMegabytes, spent, threadTimes, untilIdle } from "./processor.ts";
import { kinds, mixedQueries, queriesOf } from "./queries.ts";
import { measureRounds, showAgain } from "./rounds.ts";

/** Queries per second while latency is measured: what the slowest of them can keep up with. */
const latencyRate = 5_000;
/** What is asked for: of the bare echo's queries per second. */
const wantedShare = 0.95;
/** An endpoint's own name, and one for each of its addresses. */
const namesEach = 3;

/** What one server did in one workload, a figure per round. */
interface Figures {
  readonly rates: number[];
  /** Of the echo's rate in the same round. */
  readonly shares: number[];
  /** Of the server's own time, per query; and that as a share of the echo's in the same round. */
  readonly microseconds: number[];
  readonly costs: number[];
  /** Of all rounds together. */
  readonly latencies: number[];
  lost: number;
}

interface Side {
  readonly contestant: Contestant;
  readonly figures: Figures;
}

interface Workload {
  readonly title: string;
  readonly queries: string;
  readonly edns: boolean;
}

/** Ours beside others with the same names: queries per second, latency at a fixed rate, memory. */
export async function benchThroughput(context: BenchContext): Promise<void> {
  const base = await memoryOfNothing(context);
  for (const count of context.sizes) await benchSize(context, { count, base });
  const { plan, cores } = context;
  console.log(`How: one server on core ${cores.server}, dnsperf on core ${cores.generator}; ${plan.rounds} rounds of ${plan.seconds} s after every question has been asked once (for at most ${plan.warmUpSeconds} s); the echo and ours once in each round, the others in every
${plan.othersEvery}th, the order turned round each time, each only when the one before has come to rest; a round is measured again when the host of this
virtual machine gave more than a tenth of its processors' time to others, once for each round at most. N names are N endpoints' own; two addresses,
two PTRs at names of their own, and SRV and addresses at its service's names belong to each. The mix is a fifth each of ${kinds.join(", ")}.
  q/s      the median round, with 100 queries under way
  x echo   of the bare echo's q/s in the same round: the median, the least, the most (wanted: ${wantedShare})
  cpu us   the server's own processor time per query, and its ratio to the echo's: what other work on the machine changes least
  p50 ...  dnsperf's own figure for each answer (-v) at ${latencyRate} queries per second, sent whether or not answers come, ${plan.latencyRounds} x ${plan.latencySeconds} s;
           "-" for a server that answers fewer than that
  RSS      at the end of the workload
The echo, with Node's own settings, sends back what it got, so its answers are shorter than all others'. Ours has the settings
the daemon gives it, and counts for its metrics. The others have SRV only where it is asked, dnsmasq no addresses at services'
own names. dnsmasq looks for a PTR among all its hosts one by one, which is what its mix shows.
`);
}

async function memoryOfNothing(context: BenchContext): Promise<number> {
  const { workshop, cli } = context;
  const names = createNames(0);
  const api = await startFilledApi(workshop.path("api-0"), names);
  workshop.keep(api.process);
  const server = await startOurs({ workshop, names }, { cli, kubeconfig: api.kubeconfig });
  const megabytes = await residentMegabytes(server.process.pid ?? 0);
  await Promise.all([workshop.end(server.process), workshop.end(api.process)]);
  return megabytes;
}

async function benchSize(context: BenchContext, { count, base }: { count: number; base: number }): Promise<void> {
  const { workshop, cores, cli, progress, plan } = context;
  const names = createNames(count);
  progress(`${count} names: filling the API and starting the servers`);
  const filling = performance.now();
  const api = await startFilledApi(workshop.path(`api-${count}`), names);
  workshop.keep(api.process);
  const filledMs = performance.now() - filling;
  const start: StartContext = { workshop, names, core: cores.server };
  const ours = await startOurs(start, { cli, kubeconfig: api.kubeconfig });
  const synced = await residentMegabytes(ours.process.pid ?? 0);
  const [dnsmasq, knot] = [await startDnsmasq(start), await startKnot(start)];
  const contestants = [await startEcho(start), ours, await startDns2(start), dnsmasq, knot].filter(
    (each) => each !== undefined,
  );
  for (const workload of await workloads(context, names)) {
    progress(`${workload.title}: ${plan.rounds} rounds of ${contestants.length} servers`);
    await showWorkload(context, { workload, contestants });
  }
  console.log(
    showTable(`Memory and start, ${count} names`, [
      ["", "RSS MB", "up with all names, ms"],
      ...(await Promise.all(
        contestants.map(async ({ name, process, upMs }) => [
          name,
          (await residentMegabytes(process.pid ?? 0)).toFixed(1),
          upMs.toFixed(0),
        ]),
      )),
    ]),
  );
  const perName = (megabytes: number): string => {
    const each = ((megabytes - base) * 1024 * 1024) / count;
    return `${each.toFixed(0)} octets per endpoint, which is ${(each / namesEach).toFixed(0)} per name`;
  };
  const now = await residentMegabytes(ours.process.pid ?? 0);
  // Of few names the base's own ups and downs are all that could be seen.
  if (count >= 10_000) {
    console.log(`ours beyond the ${base.toFixed(1)} MB it takes without names (wanted: below 1000 octets per name):
  after the first sync ${perName(synced)}
  after the rounds     ${perName(now)}`);
  }
  console.log(`the API was filled in ${filledMs.toFixed(0)} ms`);
  for (const contestant of contestants) {
    for (const flaw of await flawsOf(contestant, names)) console.log(`${contestant.name}: ${flaw}`);
  }
  if (dnsmasq === undefined) console.log("dnsmasq: not measured, it is not installed");
  if (knot === undefined) console.log("Knot: not measured, knotd is not installed");
  console.log("");
  await Promise.all([api, ...contestants].map(async ({ process }) => await workshop.end(process)));
}

async function workloads({ workshop }: BenchContext, names: BenchNames): Promise<readonly Workload[]> {
  const plain = await writeQueries(workshop, `A-${names.count}`, queriesOf("A", names));
  const mixed = await writeQueries(workshop, `mix-${names.count}`, mixedQueries(names));
  return [
    { what: "A", queries: plain },
    { what: `a mix of ${kinds.join(", ")}`, queries: mixed },
  ].flatMap(({ what, queries }) =>
    [false, true].map((edns) => ({
      title: `${names.count} names, ${what}, ${edns ? "with" : "without"} EDNS`,
      queries,
      edns,
    })),
  );
}

async function showWorkload(
  context: BenchContext,
  { workload, contestants }: { readonly workload: Workload; readonly contestants: readonly Contestant[] },
): Promise<void> {
  const { plan } = context;
  const sides: readonly Side[] = contestants.map((contestant) => ({ contestant, figures: noFigures() }));
  for (const { contestant } of sides) await askAll(context, workload, contestant);
  const rounds = await measureRounds(plan.rounds, async (round) => await runRound(context, { workload, round, sides }));
  for (const runs of rounds.results) {
    // The echo is the first, ours the second.
    const echo = sides[0] === undefined ? undefined : runs.get(sides[0].figures);
    for (const [figures, { queriesPerSecond, microseconds }] of runs) {
      figures.rates.push(queriesPerSecond);
      figures.shares.push(queriesPerSecond / (echo?.queriesPerSecond ?? Number.NaN));
      figures.microseconds.push(microseconds);
      figures.costs.push(microseconds / (echo?.microseconds ?? Number.NaN));
    }
  }
  for (let round = 0; round < plan.latencyRounds; round += 1) {
    for (const { contestant, figures } of sides) {
      if (percentile(figures.rates, 0.5) > latencyRate) await latency(context, { workload, contestant, into: figures });
    }
  }
  const rows = await Promise.all(sides.map(async ({ contestant, figures }) => await rowOf(contestant, figures)));
  const header = [
    "",
    "q/s",
    "x echo",
    "least",
    "most",
    "cpu us",
    "x echo",
    "p50 us",
    "p99 us",
    "p99.9 us",
    "lost",
    "RSS MB",
  ];
  console.log(`${showTable(workload.title, [header, ...rows])}\n${showAgain(rounds)}`);
}

/** What each of those whose turn it is does in one round. */
async function runRound(
  context: BenchContext,
  { workload, round, sides }: { workload: Workload; round: number; sides: readonly Side[] },
): Promise<ReadonlyMap<Figures, Rate>> {
  const { plan } = context;
  const runs = new Map<Figures, Rate>();
  const compared = round % plan.othersEvery === 0 ? sides : sides.slice(0, 2);
  for (const { contestant, figures } of round % 2 === 0 ? compared : compared.toReversed()) {
    runs.set(figures, await rate(context, { workload, contestant, seconds: plan.seconds }));
  }
  return runs;
}

function noFigures(): Figures {
  return { rates: [], shares: [], microseconds: [], costs: [], latencies: [], lost: 0 };
}

/** Every question once: what a server makes ready when it is first asked is made ready then. */
async function askAll(
  { workshop, cores, plan }: BenchContext,
  workload: Workload,
  { port, process }: Contestant,
): Promise<void> {
  const { queries, edns } = workload;
  const seconds = plan.warmUpSeconds;
  await runDnsperf(workshop, { port, queries, edns, seconds, core: cores.generator, once: true });
  await untilIdle(process.pid ?? 0);
}

interface Rate {
  readonly queriesPerSecond: number;
  readonly microseconds: number;
}

/** One run as fast as it goes, and what it cost the server. */
async function rate(
  { workshop, cores }: BenchContext,
  { workload, contestant, seconds }: { workload: Workload; contestant: Contestant; seconds: number },
): Promise<Rate> {
  const { queries, edns } = workload;
  const { port, process } = contestant;
  const before = await threadTimes(process.pid ?? 0);
  const run = await runDnsperf(workshop, { port, queries, edns, seconds, core: cores.generator });
  const times = spent(before, await threadTimes(process.pid ?? 0));
  const total = times.reduce((sum, each) => sum + each, 0);
  await untilIdle(process.pid ?? 0);
  return { queriesPerSecond: run.queriesPerSecond, microseconds: total / 1_000 / run.completed };
}

async function latency(
  { workshop, cores, plan }: BenchContext,
  { workload, contestant, into }: { workload: Workload; contestant: Contestant; into: Figures },
): Promise<void> {
  const { queries, edns } = workload;
  const { port } = contestant;
  const seconds = plan.latencySeconds;
  const run = await runDnsperf(workshop, { port, queries, edns, seconds, core: cores.generator, rate: latencyRate });
  into.latencies.push(...run.latencies);
  into.lost += run.lost;
}

async function rowOf({ name, process }: Contestant, figures: Figures): Promise<readonly string[]> {
  const { rates, shares, microseconds, costs, latencies, lost } = figures;
  return [
    name,
    percentile(rates, 0.5).toFixed(0),
    percentile(shares, 0.5).toFixed(2),
    Math.min(...shares).toFixed(2),
    Math.max(...shares).toFixed(2),
    percentile(microseconds, 0.5).toFixed(1),
    percentile(costs, 0.5).toFixed(2),
    ...[0.5, 0.99, 0.999].map((share) =>
      latencies.length === 0 ? "-" : (percentile(latencies, share) * 1_000).toFixed(0),
    ),
    latencies.length === 0 ? "-" : String(lost),
    (await residentMegabytes(process.pid ?? 0)).toFixed(1),
  ];
}
