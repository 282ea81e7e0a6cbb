import { percentile } from "../figures.ts";
import { showTable } from "../table.ts";
import type { BenchContext } from "./bench-context.ts";
import { startOurs, type Contestant } from "./contestants.ts";
import { runDnsperf, writeQueries } from "./dnsperf.ts";
import { startFilledApi } from "./filled-api.ts";
import { createNames } from "./names.ts";
import { spent, threadTimes } from "./processor.ts";
import { queriesOf } from "./queries.ts";

const count = 1_000;
/** The kernel spreads sockets over threads by chance; of so many, each of two threads gets about half. */
const clients = 100;
const wantedScaling = 1.7;

interface Round {
  readonly queriesPerSecond: number;
  /** The server's processor time per query. */
  readonly microseconds: number;
  /** Of the server's time, the part of its busiest thread. */
  readonly busiest: number;
  /** Queries per second if the busiest thread ran all the time. */
  readonly capacity: number;
}

/** What a second thread brings, on a machine that may have no core left for the one who asks. */
export async function benchWorkers(context: BenchContext): Promise<void> {
  const { workshop, plan, progress, cli } = context;
  progress("workers: filling the API and starting the servers");
  const names = createNames(count);
  const api = await startFilledApi(workshop.path("api-workers"), names);
  workshop.keep(api.process);
  const { kubeconfig } = api;
  const one = await startOurs({ workshop, names }, { cli, kubeconfig, workers: 0 });
  const two = await startOurs({ workshop, names }, { cli, kubeconfig, workers: 1 });
  const queries = await writeQueries(workshop, "workers", queriesOf("A", names));
  const measure = async (server: Contestant, seconds: number): Promise<Round> => {
    const pid = server.process.pid ?? 0;
    const before = await threadTimes(pid);
    const run = await runDnsperf(workshop, { port: server.port, queries, seconds, clients });
    const times = spent(before, await threadTimes(pid));
    const [most = 0] = times;
    const total = times.reduce((sum, each) => sum + each, 0);
    return {
      queriesPerSecond: run.queriesPerSecond,
      microseconds: total / 1_000 / run.completed,
      busiest: most / total,
      capacity: (run.completed / most) * 1e9,
    };
  };
  const rounds: { readonly one: Round; readonly two: Round }[] = [];
  for (const server of [one, two]) await measure(server, plan.seconds);
  const turns = plan.rounds * 2 + 1;
  progress(`workers: ${turns} rounds`);
  for (let round = 0; round < turns; round += 1) {
    rounds.push({ one: await measure(one, plan.seconds), two: await measure(two, plan.seconds) });
  }
  const scalings = rounds.map((round) => round.two.capacity / round.one.capacity);
  console.log(
    showTable("A second thread", [
      ["", "q/s here", "cpu us", "busiest thread", "q/s per busiest thread's second", "scaling", "least", "most"],
      ["1 thread", ...cells(rounds.map((round) => round.one)), "1.00", "", ""],
      [
        "2 threads (--dns-workers=1)",
        ...cells(rounds.map((round) => round.two)),
        ...[percentile(scalings, 0.5), Math.min(...scalings), Math.max(...scalings)].map((each) => each.toFixed(2)),
      ],
    ]),
  );
  console.log(`
How: ${count} names, A, ${clients} client sockets, nothing pinned, ${turns} rounds of ${plan.seconds} s by turns. With two cores the asker takes one of them, so "q/s here"
cannot double. Counted instead is the processor time that each thread of the server takes (/proc/PID/task/*/schedstat): the
queries answered per second of the busiest thread's time are what the server reaches once every thread has a core of its
own and runs without a pause. The kernel's work for a thread's datagrams is in its time; waiting for memory that other cores
use as well is only as far as it happens here. Scaling: of that figure, 2 threads against 1 in the same round. Wanted: ${wantedScaling}.
`);
  await Promise.all([api, one, two].map(async ({ process }) => await workshop.end(process)));
}

function cells(rounds: readonly Round[]): readonly string[] {
  const median = (of: (round: Round) => number): number => percentile(rounds.map(of), 0.5);
  return [
    median(({ queriesPerSecond }) => queriesPerSecond).toFixed(0),
    median(({ microseconds }) => microseconds).toFixed(1),
    `${(median(({ busiest }) => busiest) * 100).toFixed(0)} %`,
    median(({ capacity }) => capacity).toFixed(0),
  ];
}
