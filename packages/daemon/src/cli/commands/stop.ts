import { systemClock } from "@ordinal/runtime";
import { stopLeftCompanions } from "../../companions.ts";
import type { DataDir } from "../../data-dir.ts";
import { lockHolder, takeLock } from "../../lock.ts";
import { createPlainLog } from "../../plain-log.ts";
import { endLeftPods } from "../../pod-runtime.ts";
import { isSameProcess, signalProcess, type ProcessIdentity } from "../../process-identity.ts";
import { readRunFile } from "../../run-file.ts";
import { dataDirOf, readArguments } from "../arguments.ts";

const lookAgainMs = 20;

export async function stop(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, { "keep-pods": { type: "boolean" }, "data-dir": { type: "string" } });
  const dir = dataDirOf(values);
  const keepPods = values["keep-pods"] === true;
  const holder = await lockHolder(dir.pidFile);
  if (holder !== undefined) await endDaemon(holder, keepPods);
  else if (keepPods) console.log("no daemon is running");
  else await endLeftovers(dir);
  return 0;
}

async function endDaemon(holder: ProcessIdentity, keepPods: boolean): Promise<void> {
  await signalProcess(holder, keepPods ? "SIGUSR2" : "SIGTERM");
  while (await isSameProcess(holder)) await systemClock.sleep(lookAgainMs);
  console.log(
    keepPods ? "the daemon has ended; pods and DNS go on" : "pods, DNS and daemon have ended; volumes and objects stay",
  );
}

/** After a crash or --keep-pods there is no daemon to ask, but pods and DNS go on: they are ended from here. */
async function endLeftovers(dir: DataDir): Promise<void> {
  const run = await readRunFile(dir.runFile);
  if (run === undefined) {
    console.log("no daemon is running");
    return;
  }
  const lock = await takeLock(dir.pidFile);
  try {
    const ended = await endLeftPods(run, { dir, log: createPlainLog("warn"), clock: systemClock });
    await stopLeftCompanions(dir, systemClock);
    console.log(`no daemon was running; ended ${ended} pods that were left, and DNS. Volumes and objects stay`);
  } finally {
    await lock.release();
  }
}
