import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "@ordinal/runtime";
import { openDataDir } from "../../data-dir.ts";
import { explainDisk } from "../../explain-disk.ts";
import { takeLock } from "../../lock.ts";
import { createLog } from "../../log.ts";
import { putDemo } from "../../manifests/demo.ts";
import { configDir } from "../../project-paths.ts";
import { readSettings, type Settings } from "../../settings.ts";
import { UsageError } from "../../usage-error.ts";
import { wire } from "../../wire.ts";
import { surroundings } from "../arguments.ts";
import { showGreeting } from "../greeting.ts";

/** Set in the process that `--detach` leaves behind; it speaks to its parent over IPC and otherwise only to the log. */
const detachedMark = "ORDINAL_DETACHED";

const leaveWithinMs = 3_000;

export async function start(argv: readonly string[]): Promise<number> {
  const settings = readSettings(argv, surroundings());
  return settings.detach ? await startDetached(argv, settings) : await runDaemon(settings);
}

async function runDaemon(settings: Settings): Promise<number> {
  const isDetached = process.env[detachedMark] !== undefined;
  const explained = (error: unknown): never => {
    throw explainDisk(error, settings.dataDir);
  };
  const dir = await openDataDir(settings.dataDir).catch(explained);
  const lock = await takeLock(dir.pidFile).catch(explained);
  const log = createLog({
    level: settings.logLevel,
    format: settings.logFormat,
    dir: dir.log,
    toTerminal: !isDetached,
  });
  try {
    const ending = askedToEnd();
    if (settings.demo) await putDemo(settings.manifests, join(configDir, "manifests/demo"));
    const daemon = await wire(settings, { dir, log }).catch(explained);
    report(isDetached, showGreeting(daemon.run, settings));
    await daemon.stop(await ending).finally(() => leaveSoon(log));
    return 0;
  } finally {
    await lock.release();
  }
}

/** What a part has left open must not keep a daemon alive that has ended, because whoever asked it to waits for that. */
function leaveSoon(log: Logger): void {
  const leave = (): void => {
    log.error("something was left open; the daemon ends all the same", { open: process.getActiveResourcesInfo() });
    // A turn of the event loop later, so that the line is written.
    setImmediate(() => process.exit());
  };
  setTimeout(leave, leaveWithinMs).unref();
}

function report(isDetached: boolean, greeting: string): void {
  if (!isDetached) console.log(greeting);
  process.send?.(greeting);
  if (process.connected) process.disconnect();
}

/** Ctrl-C and SIGTERM end everything; SIGUSR2 (`ordinal stop --keep-pods`) ends the daemon alone. */
async function askedToEnd(): Promise<{ readonly keepPods: boolean }> {
  return await new Promise((resolve) => {
    process.once("SIGUSR2", () => resolve({ keepPods: true }));
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        // The second one leaves at once; pods and DNS then go on, as after a crash.
        process.once(signal, () => process.exit(130));
        resolve({ keepPods: false });
      });
    }
  });
}

async function startDetached(argv: readonly string[], settings: Settings): Promise<number> {
  const dir = await openDataDir(settings.dataDir);
  const output = openSync(join(dir.log, "daemon.out"), "w", 0o600);
  const own = process.argv[1] ?? "";
  const child = spawn(
    process.execPath,
    [...process.execArgv, own, "start", ...argv.filter((each) => each !== "--detach")],
    {
      detached: true,
      stdio: ["ignore", output, output, "ipc"],
      env: { ...process.env, [detachedMark]: "1" },
    },
  );
  closeSync(output);
  return await new Promise((resolve, reject) => {
    child.once("message", (greeting: string) => {
      console.log(greeting);
      child.unref();
      resolve(0);
    });
    child.once("error", reject);
    child.once("exit", () => {
      void explain(dir.log).then(reject);
    });
  });
}

/** What the daemon said before it ended without ever being ready. */
async function explain(logDir: string): Promise<UsageError> {
  const words = (await readFile(join(logDir, "daemon.out"), "utf8")).trim().replace(/^ordinal: /, "");
  return new UsageError(words === "" ? `the daemon ended before it was ready; its log is in ${logDir}` : words);
}
