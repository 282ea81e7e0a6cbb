import { fillAnswers, heldMemory } from "../../packages/dns/src/fuzz/memory.fixture.ts";
import {
  ask,
  MessageFuzz,
  MessageMaker,
  runSeeds,
  type Finding,
} from "../../packages/dns/src/fuzz/message-fuzz.fixture.ts";
import { ParserFuzz } from "../../packages/dns/src/fuzz/parser-fuzz.fixture.ts";
import { Random } from "../../packages/dns/src/fuzz/random.fixture.ts";
import { readSeeds } from "../../packages/dns/src/fuzz/seeds.fixture.ts";
import { World, worldKinds, type WorldKind } from "../../packages/dns/src/fuzz/world.fixture.ts";
import { parts, type FuzzPlan } from "./arguments.ts";
import { sayRepeat, type Part } from "./part.ts";
import { megabytes, Progress } from "./progress.ts";
import { fuzzSockets } from "./sockets.ts";

/** How much of all inputs the parsers and the sockets get; the worlds share the rest. Over sockets each takes longer. */
const shares: Readonly<Record<string, number>> = { parsers: 0.06, sockets: 0.04 };

/** Inputs between one look at the clock and the next. */
const step = 2_000;

/** Inputs between one look at the memory and the next. By number and not by time, so that a run can be repeated. */
const memoryStep = 50_000;

/** What may be held more at the end of a part than at a fifth of it, in octets: what a heap is uneven by. */
const growthLimit = 6e6;

/** Runs the plan and prints how it goes; tells whether all was well. */
export async function fuzzDns(plan: FuzzPlan, signal: AbortSignal): Promise<boolean> {
  const names = plan.only === undefined ? parts : [plan.only];
  for (const name of names) {
    if (signal.aborted) break;
    const part: Part = {
      name,
      seed: plan.seed,
      inputs: plan.only === undefined ? Math.ceil(plan.inputs * shareOf(name)) : plan.inputs,
      minutes: plan.minutes === undefined ? undefined : plan.minutes / names.length,
      signal,
    };
    const kind = worldKinds.find((each) => each.name === name);
    const run = kind === undefined ? (name === "sockets" ? fuzzSockets : fuzzParsers) : fuzzWorld(kind);
    if (!(await run(part))) return false;
  }
  console.log(signal.aborted ? "interrupted; nothing was found so far" : "nothing was found");
  return true;
}

function shareOf(name: string): number {
  const others = Object.values(shares).reduce((sum, share) => sum + share, 0);
  return shares[name] ?? (1 - others) / worldKinds.length;
}

function fuzzWorld(kind: WorldKind): (part: Part) => Promise<boolean> {
  return async (part) => {
    const seeds = readSeeds();
    const still = new World(kind);
    still.sync();
    const known = await runSeeds(still, seeds);
    if (known !== undefined) return await report(part, known, kind);
    const world = new World(kind);
    const fuzz = new MessageFuzz(world, part.seed, seeds);
    const progress = new Progress(part);
    let before: number | undefined;
    for (let next = progress.next(step); next > 0 && !part.signal.aborted; next = progress.next(step)) {
      const found = await fuzz.run(next);
      progress.add(fuzz.count - progress.count);
      if (found !== undefined) return await report({ ...part, inputs: fuzz.count }, found, kind);
      // Not before: what is not synced keeps nothing.
      if (fuzz.count === step) fillAnswers(world.serving.respond, kind.settings.zones[0] ?? "");
      if (fuzz.count % memoryStep === 0) {
        const held = world.whileEmpty(heldMemory);
        if (progress.share >= 0.2) before ??= held;
      }
      // Lets signals in.
      await new Promise((resolve) => setImmediate(resolve));
    }
    return judgeMemory(part, progress, { before, after: world.whileEmpty(heldMemory) });
  };
}

async function fuzzParsers(part: Part): Promise<boolean> {
  const [kind] = worldKinds;
  if (kind === undefined) return true;
  const world = new World(kind);
  const maker = new MessageMaker(new Random(part.seed), world, readSeeds());
  const fuzz = new ParserFuzz(maker, world.serving.respond);
  const progress = new Progress(part);
  for (let next = progress.next(step); next > 0 && !part.signal.aborted; next = progress.next(step)) {
    const found = await fuzz.run(next);
    progress.add(next);
    if (found !== undefined) {
      console.log(`${part.name}: ${found.problem}\n  input   ${found.input.toString("hex")}`);
      sayRepeat({ ...part, inputs: progress.count });
      return false;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  progress.end("nothing found");
  return true;
}

/** Also tells whether the input is answered wrongly by itself, by a world in which nothing has changed. */
async function report(part: Part, { input, problem, transport, address }: Finding, kind: WorldKind): Promise<false> {
  const world = new World(kind);
  world.sync();
  const alone = await ask(world, { message: input, transport, address });
  const hex = input.toString("hex");
  console.log(`${part.name}: ${problem}\n  input   ${hex}\n  came    over ${transport} from ${address}`);
  if (alone === undefined) console.log("  alone   it is answered rightly: it takes what came before");
  else console.log(`  alone   scripts/fuzz dns --input ${hex}`);
  sayRepeat(part);
  return false;
}

function judgeMemory(
  part: Part,
  progress: Progress,
  { before, after }: { before: number | undefined; after: number },
): boolean {
  const growth = before === undefined ? 0 : after - before;
  progress.end(`memory grew by ${megabytes(growth)} MB`);
  if (growth <= growthLimit) return true;
  console.log(`${part.name}: memory grew by more than ${megabytes(growthLimit)} MB`);
  sayRepeat({ ...part, inputs: progress.count });
  return false;
}
