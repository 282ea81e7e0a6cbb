import { percentile } from "../figures.ts";
import { showTable } from "../table.ts";
import type { BenchContext } from "./bench-context.ts";
import { openBurst, questionsPerThread, type Burst } from "./bursts.ts";
import { startOurs, type Contestant } from "./contestants.ts";
import { startFilledApi } from "./filled-api.ts";
import { createNames } from "./names.ts";
import { encodeQuery, queriesOf } from "./queries.ts";
import { measureRounds, showAgain } from "./rounds.ts";

const count = 1_000;
/** Of each in a round, so that a round's figure is not one burst's luck. */
const burstsPerRound = 4;
const wantedScaling = 1.7;

/** What a second thread brings, beside what the machine gives two processes that share nothing. */
export async function benchWorkers(context: BenchContext): Promise<void> {
  const { workshop, plan, progress, cli } = context;
  progress("workers: filling the API and starting the servers");
  const names = createNames(count);
  const api = await startFilledApi(workshop.path("api-workers"), names);
  workshop.keep(api.process);
  const start = async (workers: number): Promise<Contestant> =>
    await startOurs({ workshop, names }, { cli, kubeconfig: api.kubeconfig, workers });
  const [one, other, two] = [await start(0), await start(0), await start(1)];
  const questions = queriesOf("A", names).map((query) => encodeQuery(query));
  const openFor = async (servers: readonly Contestant[], threads: number): Promise<Burst> =>
    await openBurst(
      servers.map(({ process, port }) => ({
        pid: process.pid ?? 0,
        port,
        threads,
        questions: questions.slice(0, questionsPerThread * threads),
      })),
    );
  const sides = [
    { title: "1 thread", burst: await openFor([one], 1) },
    { title: "2 threads (--dns-workers=1)", burst: await openFor([two], 2) },
    { title: "2 processes, 1 thread each", burst: await openFor([one, other], 1) },
  ];
  progress(`workers: ${plan.rounds} rounds`);
  for (const { burst } of sides) for (let warm = 0; warm < 20; warm += 1) await burst.ask();
  const rounds = await measureRounds(plan.rounds, async (round) => {
    const rates = new Map<Burst, number>();
    for (const { burst } of round % 2 === 0 ? sides : sides.toReversed()) rates.set(burst, await rateOf(burst));
    return sides.map(({ burst }) => rates.get(burst) ?? Number.NaN);
  });
  console.log(
    showTable("A second thread", [
      ["", "q/s", "scaling", "lower quarter", "upper quarter"],
      ...sides.map(({ title }, side) => {
        const scalings = rounds.results.map((rates) => (rates[side] ?? Number.NaN) / (rates[0] ?? Number.NaN));
        const ownRates = rounds.results.map((rates) => rates[side] ?? Number.NaN);
        return [
          title,
          percentile(ownRates, 0.5).toFixed(0),
          ...[0.5, 0.25, 0.75].map((share) => percentile(scalings, share).toFixed(2)),
        ];
      }),
    ]),
  );
  console.log(`${showAgain(rounds)}
How: ${count} names, A, nothing pinned, ${plan.rounds} rounds by turns. The servers are stopped, asked ${questionsPerThread} questions per thread, each from
a socket of its own, and go on while the asker sleeps: with two cores there is none for it. q/s: what all threads answer per
second of their own time, waiting for a core included. Scaling: of that, against 1 thread in the same round. What two processes
reach that share nothing but the machine is the most that it has to give. Wanted: ${wantedScaling}.
`);
  for (const { burst } of sides) burst.close();
  await Promise.all([api, one, other, two].map(async ({ process }) => await workshop.end(process)));
}

/** The median of some bursts. */
async function rateOf(burst: Burst): Promise<number> {
  const rates: number[] = [];
  for (let turn = 0; turn < burstsPerRound; turn += 1) rates.push(await burst.ask());
  return percentile(rates, 0.5);
}
