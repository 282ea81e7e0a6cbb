import { isPodReady, isTerminating, type Pod } from "@ordinal/api";
import { systemClock } from "@ordinal/runtime";
import { Random } from "../../packages/dns/src/fuzz/random.fixture.ts";
import { eventually } from "../rig/eventually.ts";
import { Machine } from "../rig/machine.ts";
import { databases, manifestOf, podOf } from "./databases.ts";
import { harms } from "./harms.ts";
import { readAll, startWriter, type Writer } from "./writer.ts";

export interface ChaosPlan {
  readonly seed: number;
  /** How long harm is done, in seconds. */
  readonly seconds: number;
  readonly names: readonly string[];
  readonly storageClass: string;
  readonly kubectl: string;
  /** Runs the bundle instead of the sources. */
  /** Tells what is done. */
  readonly say: (words: string) => void;
  /** Tells what the writers meet with. */
  readonly sayMore: (words: string) => void;
}

/** What became of one database. */
export interface Outcome {
  readonly name: string;
  readonly acknowledged: number;
  /** Acknowledged, and not there at the end. */
  readonly lost: readonly number[];
  /** There, though nobody was told so: allowed. */
  readonly unacknowledged: number;
}

export interface ChaosResult {
  readonly outcomes: readonly Outcome[];
  /** How often each harm was done. */
  readonly done: ReadonlyMap<string, number>;
  /** From each harm's end until every database was Ready, in milliseconds. */
  readonly recoveriesMs: readonly number[];
}

const readyWithinMs = 60_000;
/** Databases write undisturbed for at most so long between two harms. */
const quietMs = 1_500;

/** Lets databases write, harms them again and again, and counts what is left. Throws when something does not come back. */
export async function runChaos(plan: ChaosPlan): Promise<ChaosResult> {
  const { names, kubectl, say } = plan;
  const machine = await Machine.create();
  const writers = new Map<string, Writer>();
  const start = async (): Promise<void> =>
    await machine.startDaemon("--runtime=sandbox", "--dns-upstream=none", "--log-level=warn");
  try {
    await start();
    for (const name of names) {
      const manifest = manifestOf(name, databases[name]?.container ?? {}, plan.storageClass);
      const { code, stderr } = await machine.run([kubectl, "apply", "-f", "-"], { input: manifest });
      if (code !== 0) throw new Error(stderr);
    }
    await untilReady(machine, plan);
    const volumes = await volumesOf(machine, kubectl);
    for (const name of names) writers.set(name, startWriter(machine, name, plan.sayMore));
    const { done, recoveriesMs } = await harmAll(machine, { plan, writers, start });
    await Promise.all([...writers.values()].map(async (writer) => await writer.stop()));
    if ((await volumesOf(machine, kubectl)) !== volumes) throw new Error("a claim has got another volume");
    const outcomes = await Promise.all(
      names.map(async (name) =>
        outcomeOf(name, writers.get(name)?.acknowledged ?? new Set(), await readAll(machine, name)),
      ),
    );
    return { outcomes, done, recoveriesMs };
  } catch (error) {
    say((await machine.run([kubectl, "get", "pods,pvc,pv", "-o", "wide"])).stdout);
    throw error;
  } finally {
    await Promise.allSettled([...writers.values()].map(async (writer) => await writer.stop()));
    await machine.destroy();
  }
}

async function harmAll(
  machine: Machine,
  { plan, writers, start }: { plan: ChaosPlan; writers: ReadonlyMap<string, Writer>; start: () => Promise<void> },
): Promise<Pick<ChaosResult, "done" | "recoveriesMs">> {
  const { names, kubectl, say } = plan;
  const random = new Random(plan.seed);
  const done = new Map(Object.keys(harms).map((harm) => [harm, 0]));
  const recoveriesMs: number[] = [];
  const endMs = systemClock.now() + plan.seconds * 1_000;
  while (systemClock.now() < endMs) {
    await systemClock.sleep(random.below(quietMs));
    const [harm, act] = random.pick(Object.entries(harms));
    const name = random.pick(names);
    const before = [...writers.values()].reduce((sum, { acknowledged }) => sum + acknowledged.size, 0);
    say(`${harm} (${name}), after ${before} acknowledged writes`);
    await act({ machine, kubectl, name, restart: start, ms: random.below(1_000) });
    done.set(harm, (done.get(harm) ?? 0) + 1);
    const begun = performance.now();
    await untilReady(machine, plan);
    recoveriesMs.push(performance.now() - begun);
  }
  await untilAllWriteAgain(writers);
  return { done, recoveriesMs };
}

async function untilReady(machine: Machine, { names, kubectl }: ChaosPlan): Promise<void> {
  const wanted = names.map(podOf).toSorted().join(" ");
  await eventually(
    `${wanted} are Ready`,
    async () => {
      const { code, stdout } = await machine.run([kubectl, "get", "pods", "-o", "json"]);
      if (code !== 0) return false;
      const { items } = JSON.parse(stdout) as { readonly items: readonly Pod[] };
      const ready = items.filter((pod) => isPodReady(pod) && !isTerminating(pod));
      return (
        ready
          .map(({ metadata }) => metadata.name)
          .toSorted()
          .join(" ") === wanted
      );
    },
    readyWithinMs,
  );
}

/** A database that is Ready and takes no more writes has not come back. */
async function untilAllWriteAgain(writers: ReadonlyMap<string, Writer>): Promise<void> {
  for (const [name, { acknowledged }] of writers) {
    const before = acknowledged.size;
    await eventually(`${name} takes writes again`, () => acknowledged.size > before, readyWithinMs);
  }
}

async function volumesOf(machine: Machine, kubectl: string): Promise<string> {
  return await machine.out(kubectl, "get", "pvc", "-o", "jsonpath={.items[*].spec.volumeName}");
}

function outcomeOf(name: string, acknowledged: ReadonlySet<number>, held: readonly number[]): Outcome {
  const there = new Set(held);
  return {
    name,
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter((number) => !there.has(number)),
    unacknowledged: held.filter((number) => !acknowledged.has(number)).length,
  };
}
