import type { Readable } from "node:stream";
import { stat } from "node:fs/promises";
import { describeError } from "@ordinal/runtime";
import type { Clock, Logger } from "@ordinal/runtime";
import type { RunId, RunState } from "../../pod-runtime.ts";
import { sendSignal } from "../adopt/send-signal.ts";
import type { ProcessIdentity } from "../adopt/process-stat.ts";
import { readIfPresent } from "../commands/read-if-present.ts";
import { watchWriters } from "../exec/pipes.ts";
import type { RunLog } from "../logs/run-log.ts";
import type { Backend, OpenPod } from "./backend.ts";
import type { RunPlace } from "./places.ts";
import type { RunRecord } from "./records.ts";

export interface RunParts {
  readonly id: RunId;
  readonly place: RunPlace;
  readonly record: RunRecord;
  readonly pod: OpenPod;
  readonly log: RunLog;
  readonly backend: Backend;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How long a log may take to be complete after its program has ended, before the end is told all the same. */
const drainMs = 2_000;

/** What upstream says of a container whose end nobody saw. */
const lostCode = 137;

/**
 * A run from the moment its first process exists:
 *
 *   running ──exit file──▶ ending ──shim gone──▶ ended
 *      └────────shim gone without one (lost)──────▲
 *
 * `ending` kills what the program left behind and waits for the last of its output, so that whoever is told of the
 * end finds all of it.
 */
export class Run {
  readonly id: RunId;
  readonly place: RunPlace;
  readonly record: RunRecord;
  readonly pod: OpenPod;
  readonly log: RunLog;
  readonly #parts: RunParts;
  readonly #ended = Promise.withResolvers<void>();
  readonly #startedAtMs: number;
  readonly process: ProcessIdentity;
  #alive: Readable | undefined;
  #state: RunState;
  #isEnding = false;
  #shimGone = Promise.withResolvers<void>();
  #stopped = false;

  constructor(parts: RunParts, started: { readonly process: ProcessIdentity; readonly startedAtMs: number }) {
    this.#parts = parts;
    this.id = parts.id;
    this.place = parts.place;
    this.record = parts.record;
    this.pod = parts.pod;
    this.log = parts.log;
    this.process = started.process;
    this.#startedAtMs = started.startedAtMs;
    this.#state = { is: "running", pid: started.process.pid, startedAtMs: started.startedAtMs };
  }

  get state(): RunState {
    return this.#state;
  }

  /** Resolves when the run has ended and its log is complete. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Begins to watch the run. One that has ended meanwhile is told of like any other. */
  async open(): Promise<void> {
    this.log.open();
    const alive = await watchWriters(this.place.fifos.alive);
    if (alive === undefined) {
      this.#shimGone.resolve();
      this.#check();
      return;
    }
    this.#alive = alive;
    alive.on("data", () => this.#check());
    alive.on("error", (error) => this.#parts.logger.warn("cannot watch a shim", { error: describeError(error) }));
    alive.on("close", () => {
      this.#shimGone.resolve();
      if (!this.#stopped) this.#check();
    });
    if ((await readExitCode(this.place)) !== undefined) this.#check();
  }

  /** Lets go; the run goes on. */
  stop(): void {
    this.#stopped = true;
    this.#alive?.destroy();
    this.log.close();
  }

  signal(name: NodeJS.Signals): boolean {
    return this.#state.is === "running" && sendSignal(this.process.pid, name);
  }

  async kill(): Promise<void> {
    if (this.#state.is === "exited") return;
    await this.#parts.backend.killRun({ pod: this.pod, place: this.place, process: this.process });
    await this.ended;
  }

  /** The program's input ends: the shim lets go of the end that it keeps open. */
  endInput(): void {
    if (this.#state.is === "running") sendSignal(this.process.parentPid, "SIGUSR1");
  }

  #check(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#end().catch((error: unknown) => {
      this.#parts.logger.error("cannot end a run", { ...this.id, error: describeError(error) });
    });
  }

  async #end(): Promise<void> {
    const code = await readExitCode(this.place);
    // Also when the shim was killed: what it watched over can no longer be answered for.
    await this.#parts.backend.killRun({ pod: this.pod, place: this.place, process: this.process });
    await this.#drained();
    await this.log.finish();
    this.#alive?.destroy();
    this.#state = await this.#exited(code);
    this.#ended.resolve();
  }

  async #drained(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#parts.clock.after(drainMs, resolve);
    await Promise.race([this.#shimGone.promise, promise]);
    cancel();
  }

  async #exited(code: number | undefined): Promise<RunState> {
    const startedAtMs = this.#startedAtMs;
    if (code === undefined) {
      return { is: "exited", code: lostCode, startedAtMs, finishedAtMs: this.#parts.clock.now(), lost: true };
    }
    return { is: "exited", code, startedAtMs, finishedAtMs: await changedAtMs(this.place.exit), lost: false };
  }
}

/** What the shim wrote; undefined when it did not, or not all of it. */
export async function readExitCode({ exit }: RunPlace): Promise<number | undefined> {
  const match = /^(\d+)\n/.exec((await readIfPresent(exit)) ?? "");
  return match === null ? undefined : Number(match[1]);
}

/** In whole milliseconds since the epoch. */
export async function changedAtMs(path: string): Promise<number> {
  return Math.floor((await stat(path)).mtimeMs);
}
