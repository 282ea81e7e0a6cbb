import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile, rm } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { backoffDelay, hasCode, type Clock, type Logger } from "@ordinal/runtime";
import fsExtra from "fs-extra";
import { identify, isSameProcess, signalProcess, type ProcessIdentity } from "./process-identity.ts";
import { showAddress, type Address, type Raw } from "./setting-values.ts";
import { UsageError } from "./usage-error.ts";

/** Where a companion process serves, and what. */
export interface Serving {
  /** Empty until it does. */
  readonly addresses: readonly Address[];
  /** Metrics and health. */
  readonly http?: Address | undefined;
  readonly tls?: Address | undefined;
  readonly https?: Address | undefined;
  /** How long it goes on when it is asked to end. */
  readonly lameduckSeconds?: number;
  /** The zones of DNS, the primary one first. */
  readonly zones?: readonly string[];
  readonly externalZones?: readonly string[];
  /** Whose reverse names DNS has. */
  readonly ranges?: readonly string[];
}

/** What a companion process leaves on disk about itself, first when it starts and again when it serves. */
export interface CompanionRecord extends ProcessIdentity, Serving {
  readonly argv: readonly string[];
  /** What its config file said when that was last without a mistake. */
  readonly lastGood?: Raw | undefined;
}

export interface CompanionOptions {
  /** `dns` or `proxy`: also the subcommand that runs it. */
  readonly name: string;
  /** Node's own arguments, the script, then the subcommand and its flags. */
  readonly argv: readonly string[];
  readonly logFile: string;
  readonly recordFile: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What a companion process says to the daemon that started it. */
export type CompanionMessage = { readonly serving: Serving } | { readonly failed: string };

/** A process of Ordinal's own that outlives the daemon. */
export interface Companion {
  /** Where it serves, once it does. Rejects with the process's own words when it cannot at the first attempt. */
  readonly serving: Promise<Serving>;
  /** Lets go of it; it goes on running. */
  release(): Promise<void>;
  /** For a start that failed: ends what this one has started, lets go of what it has adopted. */
  undo(): Promise<void>;
  /** Ends it: SIGTERM, then SIGKILL 2 s after it should have ended. */
  stop(): Promise<void>;
}

const checkMs = 500;
const graceMs = 2_000;

/**
 * Keeps one companion process alive: adopts the one an earlier daemon left, if it was started the same way, starts
 * one otherwise, and starts it again whenever it dies.
 */
export function keepCompanion(options: CompanionOptions): Companion {
  const { name, argv, recordFile, clock, log } = options;
  const ending = new AbortController();
  const serving = Promise.withResolvers<Serving>();
  serving.promise.catch(() => {});
  let child: ChildProcess | undefined;

  async function run(): Promise<void> {
    let failures = 0;
    while (!ending.signal.aborted) {
      const adopted = await adopt();
      if (ending.signal.aborted) return;
      const started = clock.now();
      const end = adopted ?? (await startAndWait());
      if (ending.signal.aborted) return;
      failures = clock.now() - started > 60_000 ? 1 : failures + 1;
      serving.reject(new Error(`the ${name} process ended (${end}); its last words are in ${options.logFile}`));
      const nextTryMs = backoffDelay(failures, { baseMs: 50, capMs: 5_000 });
      log.warn(`the ${name} process ended, starting it again`, { end, nextTryMs });
      await clock.sleep(nextTryMs, ending.signal).catch(() => {});
    }
  }

  /** Watches the process of an earlier daemon until it ends; undefined when there is none to adopt. */
  async function adopt(): Promise<string | undefined> {
    const record = await readRecord(recordFile);
    if (record === undefined || !(await isSameProcess(record))) return undefined;
    if (!isDeepStrictEqual(record.argv, argv)) {
      log.info(`the running ${name} process was started with other settings; replacing it`);
      await endProcess(record, clock);
      return undefined;
    }
    log.info(`adopted the running ${name} process`, { pid: record.pid });
    serving.resolve(record);
    while (!ending.signal.aborted && (await isSameProcess(record))) {
      await clock.sleep(checkMs, ending.signal).catch(() => {});
    }
    return "vanished";
  }

  async function startAndWait(): Promise<string> {
    const started = start(options);
    child = started;
    started.on("message", (message: CompanionMessage) => {
      if ("failed" in message) {
        serving.reject(new UsageError(message.failed));
        return;
      }
      serving.resolve(message.serving);
      log.info(`${name} is serving`, {
        pid: started.pid,
        addresses: message.serving.addresses.map(showAddress),
      });
      started.disconnect();
    });
    return await new Promise((resolve) => {
      started.once("exit", (code, signal) => {
        const end = signal ?? `exit code ${code}`;
        // What it said last may be read after its end is seen, but never after the end of the channel.
        if (started.connected) started.once("disconnect", () => resolve(end));
        else resolve(end);
      });
      started.once("error", (error) => resolve(error.message));
      ending.signal.addEventListener("abort", () => {
        if (started.connected) started.disconnect();
        started.unref();
        resolve("released");
      });
    });
  }

  const finished = run();
  const release = async (): Promise<void> => {
    ending.abort();
    await finished;
  };
  const stop = async (): Promise<void> => {
    // First of all, because one that dies is started again until then.
    await release();
    // It may not have written its record yet.
    const own = child?.pid === undefined || hasEnded(child) ? undefined : await identify(child.pid);
    // One that has is ended by that, which says how long it may take.
    try {
      await stopRecorded(recordFile, clock);
    } finally {
      if (own !== undefined) await endProcess(own, clock);
    }
  };
  const undo = async (): Promise<void> => await (child === undefined ? release() : stop());
  return { serving: serving.promise, release, stop, undo };
}

/** Ends the process a record names, if it is still that one, and removes the record. */
export async function stopRecorded(recordFile: string, clock: Clock): Promise<void> {
  const record = await readRecord(recordFile);
  if (record === undefined) return;
  await endProcess(record, clock);
  await rm(recordFile, { force: true });
}

/** Called by a companion process about itself. */
export async function writeRecord(
  recordFile: string,
  about: Omit<CompanionRecord, keyof ProcessIdentity>,
): Promise<void> {
  const own = await identify(process.pid);
  const draft = `${recordFile}.${process.pid}`;
  await fsExtra.outputFile(draft, JSON.stringify({ ...own, ...about }), { mode: 0o600 });
  await fsExtra.rename(draft, recordFile);
}

function start({ argv, logFile }: CompanionOptions): ChildProcess {
  const log = openSync(logFile, "a", 0o600);
  try {
    return spawn(process.execPath, argv, { detached: true, stdio: ["ignore", log, log, "ipc"], cwd: "/" });
  } finally {
    closeSync(log);
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

async function endProcess(identity: ProcessIdentity & Partial<Serving>, clock: Clock): Promise<void> {
  const deadline = clock.now() + graceMs + 1000 * (identity.lameduckSeconds ?? 0);
  await signalProcess(identity, "SIGTERM");
  while (await isSameProcess(identity)) {
    if (clock.now() > deadline) await signalProcess(identity, "SIGKILL");
    await clock.sleep(10);
  }
}

/** What a companion process has said about itself, or undefined; also when a crash of the machine has cut it short. */
export async function readRecord(recordFile: string): Promise<CompanionRecord | undefined> {
  try {
    return JSON.parse(await readFile(recordFile, "utf8")) as CompanionRecord;
  } catch (error) {
    if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
