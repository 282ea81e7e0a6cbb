import { describeError, systemClock } from "@ordinal/runtime";
import { Random } from "../../../packages/dns/src/fuzz/random.fixture.ts";
import { Machine } from "../../rig/machine.ts";
import { faultsAtRest } from "./at-rest.ts";
import { placeCanaries } from "./canaries.ts";
import { startDriver, type Driver } from "./driver.ts";
import { allClassNames } from "./events.ts";
import { historyOf, readLedger } from "./ledger.ts";
import { leftAfterStop } from "./left-after-stop.ts";

export interface ClaimChaosPlan {
  readonly seed: number;
  /** How long the daemon is killed again and again, in seconds. */
  readonly seconds: number;
  /** How many claims are dealt with at once. */
  readonly slots: number;
  /** Runs the bundle instead of the sources. */
  /** Tells what is done. */
  readonly say: (words: string) => void;
}

export interface ClaimChaosResult {
  /** What is not as it may be, a sentence each. */
  readonly faults: readonly string[];
  readonly kills: number;
  /** How often the daemon was killed before it was ready. */
  readonly killsBeforeReady: number;
  /** What was done how often. */
  readonly done: ReadonlyMap<string, number>;
  /** From each start until the daemon was ready, in milliseconds. */
  readonly recoveriesMs: readonly number[];
  /** From the last start until the world was at rest, in milliseconds. */
  readonly restMs: number;
}

const flags = ["--runtime=sandbox", "--dns-upstream=none", "--log-level=warn", "--trash-min-free=0"];
/** A daemon lives so long at least, and at most so much longer. */
const [leastLifeMs, moreLifeMs] = [100, 1_400];

/** Lets claims be made, used, copied, deleted and restored while the daemon is killed again and again, and looks what is left. */
export async function runClaimChaos(plan: ClaimChaosPlan): Promise<ClaimChaosResult> {
  const machine = await Machine.create();
  let driver: Driver | undefined;
  try {
    await machine.startDaemon(...flags);
    const canaries = await placeCanaries(machine.dir, machine.dataDir);
    driver = startDriver(machine, { ...plan, classNames: allClassNames, foreignDir: canaries.foreignDir });
    const killing = await killAgainAndAgain(machine, { plan, driver });
    plan.say("the daemon is left alone");
    const begun = performance.now();
    await machine.startDaemon(...flags);
    const done = await driver.stop();
    const ledger = readLedger(driver.events);
    const faults = [...(await faultsAtRest(machine, ledger)), ...(await canaries.check())];
    const restMs = performance.now() - begun;
    plan.say("everything is stopped, and started once more");
    await machine.out(...machine.ordinal("stop"));
    faults.push(...(await leftAfterStop(machine)));
    await machine.startDaemon(...flags);
    faults.push(...(await faultsAtRest(machine, ledger)), ...(await canaries.check()));
    for (const fault of new Set(faults)) plan.say(`${fault}\n  ${historyOf(fault, driver.events).join("\n  ")}`);
    if (faults.length > 0) plan.say(`the daemon said:\n${machine.output.slice(-4_000)}`);
    return { ...killing, faults, done, restMs };
  } catch (error) {
    // What ends the machine may fail too, and must not hide this.
    plan.say(`${describeError(error)}\nthe daemon said:\n${machine.output.slice(-4_000)}`);
    throw error;
  } finally {
    await driver?.kill();
    await machine.destroy();
  }
}

async function killAgainAndAgain(
  machine: Machine,
  { plan, driver }: { readonly plan: ClaimChaosPlan; readonly driver: Driver },
): Promise<Pick<ClaimChaosResult, "kills" | "killsBeforeReady" | "recoveriesMs">> {
  const random = new Random(plan.seed);
  const recoveriesMs: number[] = [];
  let [kills, killsBeforeReady] = [0, 0];
  const endMs = systemClock.now() + plan.seconds * 1_000;
  let starting: Promise<void> = Promise.resolve();
  while (systemClock.now() < endMs) {
    // Some never become ready, and the others have their time after that.
    if (!random.onceIn(3)) await starting;
    await systemClock.sleep(leastLifeMs + random.below(moreLifeMs));
    const wasReady = machine.output.includes("Ordinal is ready.");
    await machine.killDaemon();
    await starting.catch(() => {});
    kills += 1;
    if (!wasReady) killsBeforeReady += 1;
    const problem = driver.problem();
    if (problem !== undefined) throw new Error(`the driver ended: ${problem}`);
    plan.say(`kill ${kills}, after ${driver.events.length} events`);
    if (systemClock.now() >= endMs) break;
    const begun = performance.now();
    starting = machine.startDaemon(...flags).then(() => void recoveriesMs.push(performance.now() - begun));
    // It is killed before it is ready; whoever waits for it hears of it.
    starting.catch(() => {});
  }
  return { kills, killsBeforeReady, recoveriesMs };
}
