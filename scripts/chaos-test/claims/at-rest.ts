import { describeError, systemClock } from "@ordinal/runtime";
import type { Machine } from "../../rig/machine.ts";
import { compare } from "./compare.ts";
import { lookAtWorld } from "./driver.ts";
import type { Ledger } from "./ledger.ts";

const restsWithinMs = 40_000;
const againMs = 200;

/**
 * Leaves the daemon alone until the world is as it may be, and gives back what is wrong with it when it does not become so.
 * What was lost does not come back by waiting.
 */
export async function faultsAtRest(machine: Machine, ledger: Ledger): Promise<readonly string[]> {
  const deadline = systemClock.now() + restsWithinMs;
  for (;;) {
    const faults = await look(machine, { ledger, images: false });
    if (faults.length === 0) return await look(machine, { ledger, images: true });
    if (systemClock.now() > deadline) return faults;
    await systemClock.sleep(againMs);
  }
}

async function look(
  machine: Machine,
  { ledger, images }: { readonly ledger: Ledger; readonly images: boolean },
): Promise<readonly string[]> {
  try {
    return compare(ledger, await lookAtWorld(machine, { images }));
  } catch (error) {
    // Something moved while it was looked at.
    return [`the world cannot be read: ${describeError(error)}`];
  }
}
