import { spawn } from "node:child_process";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { StartError } from "../../pod-runtime.ts";
import type { RunSpec } from "../../pod-runtime.ts";
import { parseStat } from "../adopt/process-stat.ts";
import type { ProcessIdentity } from "../adopt/process-stat.ts";
import { helperMarks } from "../adopt/marks.ts";
import { systemPath } from "../commands/run-command.ts";
import { readIfPresent } from "../commands/read-if-present.ts";
import type { FifoPool } from "../exec/fifo-pool.ts";
import { readReport } from "../exec/report.ts";
import type { InstalledScripts } from "../shim/install-scripts.ts";
import type { Backend, Launch, OpenPod } from "./backend.ts";
import type { RunPlace } from "./places.ts";
import { runRecord } from "./records.ts";
import { changedAtMs } from "./run.ts";

export interface LaunchContext {
  readonly backend: Backend;
  readonly pool: FifoPool;
  readonly scripts: InstalledScripts;
  /** `cat` writes one segment without end, where split(1) cannot write to numbered files. */
  readonly logger: "split" | "cat";
  readonly segmentBytes: number;
}

interface Start {
  readonly pod: OpenPod;
  readonly place: RunPlace;
  readonly spec: RunSpec;
}

export interface Launched {
  readonly process: ProcessIdentity;
  readonly startedAtMs: number;
}

/**
 * What `init` does before all else: it says who it is, as /proc has it outside of the namespaces. A daemon that is gone
 * before it was told `ok` shall not take the program with it.
 */
const introduction = `trap : PIPE
read -r stat </proc/self/stat && echo "$stat" >process || exit 128
`;

/**
 * Starts the processes of a run in an empty directory, and resolves when the program is about to run. Rejects with a
 * `StartError` when it cannot be, and leaves nothing then.
 */
export async function launchRun(context: LaunchContext, { pod, place, spec }: Start): Promise<Launched> {
  await rm(place.directory, { recursive: true, force: true });
  await mkdir(place.logs, { recursive: true, mode: 0o700 });
  const [launch] = await Promise.all([
    context.backend.prepareRun(pod, { place, spec }),
    writeFile(place.record, JSON.stringify(runRecord(spec)), { mode: 0o600 }),
    placeFifos(context.pool, { place, stdin: spec.stdin }),
  ]);
  await writeFile(place.init, introduction + launch.init, { mode: 0o600 });
  const report = await startShim(context, { pod, place, spec, launch });
  const text = report.ok ? await readIfPresent(place.process) : undefined;
  const stat = text === undefined ? undefined : parseStat(text);
  if (stat !== undefined) return { process: stat, startedAtMs: await changedAtMs(place.process) };
  await context.backend.releaseRun(place);
  await rm(place.directory, { recursive: true, force: true });
  throw new StartError(
    report.ok || report.message === "" ? "the container's first process was killed" : report.message,
  );
}

async function placeFifos(pool: FifoPool, { place, stdin }: { place: RunPlace; stdin: boolean }): Promise<void> {
  const { out, drain, alive, in: input } = place.fifos;
  const paths = stdin ? [out, drain, alive, input] : [out, drain, alive];
  await Promise.all(paths.map(async (path) => await rename(await pool.take(), path)));
}

async function startShim(
  { scripts, logger, segmentBytes }: LaunchContext,
  { pod, place, spec, launch }: Start & { readonly launch: Launch },
): Promise<{ readonly ok: true } | { readonly ok: false; readonly message: string }> {
  const stdin = String(spec.stdin);
  const shim = [...launch.beforeShim, "/bin/sh", scripts.shim, stdin];
  const init = [...launch.beforeInit, "/bin/sh", place.init];
  const child = spawn("/bin/sh", [scripts.start, String(segmentBytes), logger, stdin, ...shim, ...init], {
    cwd: place.directory,
    env: { PATH: systemPath, ...helperMarks(pod.place, place) },
    // A session of its own, so that a Ctrl-C on the daemon's terminal is not for the pods.
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  // The report ends without a word then.
  child.once("error", () => resolve());
  child.unref();
  const stream = child.stdio[3] as Readable;
  const report = await readReport(stream);
  stream.destroy();
  // What comes next removes the directory that the shim still writes to.
  if (!report.ok) await ended;
  return report;
}
