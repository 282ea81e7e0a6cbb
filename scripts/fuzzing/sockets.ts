import { MessageMaker } from "../../packages/dns/src/fuzz/message-fuzz.fixture.ts";
import { Random } from "../../packages/dns/src/fuzz/random.fixture.ts";
import { readSeeds } from "../../packages/dns/src/fuzz/seeds.fixture.ts";
import { idleScenarios, secureScenarios } from "../../packages/dns/src/fuzz/secure-fuzz.fixture.ts";
import { SocketProblem } from "../../packages/dns/src/fuzz/socket-fuzz.fixture.ts";
import { startTarget, type Memory, type Target } from "../../packages/dns/src/fuzz/target.fixture.ts";
import { tcpScenarios, type Scenario } from "../../packages/dns/src/fuzz/tcp-fuzz.fixture.ts";
import { fuzzUdp } from "../../packages/dns/src/fuzz/udp-fuzz.fixture.ts";
import { worldKinds } from "../../packages/dns/src/fuzz/world.fixture.ts";
import { sayRepeat, type Part } from "./part.ts";
import { megabytes, Progress } from "./progress.ts";

/** Datagrams between one look at the clock and the next. */
const step = 3_200;

/** How often every way over TCP is gone, in a run. */
const tcpRounds = 5;

/** What may be held, and taken from the system, more at the end than at a fifth of the run; the system gets it back late. */
const growthLimits: Memory = { held: 6e6, rss: 200e6 };

/** Fuzzes a real server in a process of its own; prints how it goes and tells whether all was well. */
export async function fuzzSockets(part: Part): Promise<boolean> {
  const [kind] = worldKinds;
  if (kind === undefined) return true;
  const target = await startTarget(kind, { idleMs: 10_000, isFilled: true });
  const impatient = await startTarget(kind, { idleMs: 1_000, isFilled: false });
  // Time runs from when there is somebody to ask.
  const progress = new Progress(part);
  try {
    const seeds = readSeeds();
    const datagrams = new MessageMaker(new Random(part.seed), target.world, seeds);
    // Apart from each other, so that a shorter run sends the same datagrams.
    const streams = new MessageMaker(new Random(part.seed + 1), target.world, seeds);
    let before: Memory | undefined;
    let rounds = 0;
    for (let next = progress.next(step); next > 0 && !part.signal.aborted; next = progress.next(step)) {
      await fuzzUdp(target, datagrams, next);
      progress.add(next);
      if (rounds < Math.floor(progress.share * tcpRounds) && !part.signal.aborted) {
        await runScenarios(
          target,
          streams,
          target.tlsPort === undefined ? tcpScenarios : [...tcpScenarios, ...secureScenarios],
        );
        rounds += 1;
        before ??= await target.memory();
      }
    }
    await runScenarios(impatient, streams, idleScenarios);
    return await judgeMemory({ ...part, inputs: progress.count }, progress, { before, after: await target.memory() });
  } catch (error) {
    console.log(`${part.name}: ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof SocketProblem) console.log(`  input   ${error.input.toString("hex")}`);
    sayRepeat({ ...part, inputs: progress.count + step });
    return false;
  } finally {
    await Promise.all([target.stop(), impatient.stop()]);
  }
}

async function runScenarios(target: Target, maker: MessageMaker, scenarios: readonly Scenario[]): Promise<void> {
  for (const { name, run } of scenarios) {
    try {
      await run(target, maker);
    } catch (error) {
      if (error instanceof Error) error.message = `${name}: ${error.message}`;
      throw error;
    }
  }
}

async function judgeMemory(
  part: Part,
  progress: Progress,
  { before, after }: { before: Memory | undefined; after: Memory },
): Promise<boolean> {
  const held = after.held - (before?.held ?? after.held);
  const rss = after.rss - (before?.rss ?? after.rss);
  progress.end(`the server's memory grew by ${megabytes(held)} MB, and to ${megabytes(after.rss)} MB for the system`);
  if (held <= growthLimits.held && rss <= growthLimits.rss) return true;
  console.log(
    `${part.name}: the server's memory grew by ${megabytes(held)} MB, for the system by ${megabytes(rss)} MB`,
  );
  sayRepeat(part);
  return false;
}
