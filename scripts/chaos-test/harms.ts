import { systemClock } from "@ordinal/runtime";
import type { Machine } from "../rig/machine.ts";
import { podOf } from "./databases.ts";
import { killAll, ownProcesses, podProcesses } from "./processes.ts";

/** What a harm is done to. */
export interface Victim {
  readonly machine: Machine;
  readonly kubectl: string;
  /** One of the databases. */
  readonly name: string;
  /** Starts the daemon again as it was started first. */
  readonly restart: () => Promise<void>;
  /** Milliseconds for harms that last. */
  readonly ms: number;
}

/** Everything that is done to the databases. Each is over when what was killed on our side has been started again. */
export const harms: Readonly<Record<string, (victim: Victim) => Promise<void>>> = {
  "the database killed": async ({ machine, kubectl, name }) => {
    const uid = await machine.out(
      kubectl,
      "get",
      "pod",
      podOf(name),
      "--ignore-not-found",
      "-o",
      "jsonpath={.metadata.uid}",
    );
    if (uid !== "") killAll(await podProcesses(machine, uid));
  },
  "the pod deleted": async ({ machine, kubectl, name }) => {
    await machine.out(kubectl, "delete", "pod", podOf(name), "--ignore-not-found", "--wait=false");
  },
  "the pod deleted by force": async ({ machine, kubectl, name }) => {
    await machine.out(
      kubectl,
      "delete",
      "pod",
      podOf(name),
      "--ignore-not-found",
      "--wait=false",
      "--force",
      "--grace-period=0",
    );
  },
  "the daemon killed": async ({ machine, restart }) => {
    await machine.killDaemon();
    await restart();
  },
  "the daemon killed while a pod goes": async ({ machine, kubectl, name, ms, restart }) => {
    await machine.out(kubectl, "delete", "pod", podOf(name), "--ignore-not-found", "--wait=false");
    await systemClock.sleep(ms / 10);
    await machine.killDaemon();
    await restart();
  },
  "the daemon frozen": async ({ machine, ms }) => {
    process.kill(machine.daemonPid, "SIGSTOP");
    await systemClock.sleep(ms);
    process.kill(machine.daemonPid, "SIGCONT");
  },
  "every process killed": async ({ machine, restart }) => {
    killAll([...(await ownProcesses(machine)), ...(await podProcesses(machine))]);
    await machine.killDaemon();
    killAll(await podProcesses(machine));
    await restart();
  },
};
