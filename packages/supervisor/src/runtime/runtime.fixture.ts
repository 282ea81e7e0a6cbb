import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { silentLogger, systemClock } from "@ordinal/runtime";
import type { RunId, RunSpec, RunState, SandboxSpec, Session } from "../pod-runtime.ts";
import type { LogLimits } from "./core/create-runtime.ts";
import type { HostRuntime } from "./core/host-runtime.ts";
import { createProcessRuntime } from "./process/create-process-runtime.ts";
import { createSandboxRuntime } from "./sandbox/create-sandbox-runtime.ts";

export type Kind = "sandbox" | "process";

/** A runtime of either kind below `directory`, with what is left there adopted. */
export async function openRuntime(kind: Kind, directory: string, logLimits: LogLimits = {}): Promise<HostRuntime> {
  const common = { stateDir: join(directory, "pods"), clock: systemClock, log: silentLogger, logLimits };
  if (kind === "process") return await createProcessRuntime({ ...common, podCidr: "127.244.0.0/16" });
  const ranges = { podCidr: "10.244.0.0/16", serviceCidr: "10.96.0.0/16" };
  return await createSandboxRuntime({ ...common, ...ranges, hiddenPaths: [directory] });
}

/** A directory of its own. */
export async function temporaryDirectory(): Promise<string> {
  return await mkdtemp(join(tmpdir(), "ordinal-runtime-"));
}

/** A runtime with nothing in it, and how to end it with all its pods. */
export async function createTestRuntime(
  kind: Kind,
  logLimits: LogLimits = {},
): Promise<{ readonly runtime: HostRuntime; readonly directory: string; readonly end: () => Promise<void> }> {
  const directory = await temporaryDirectory();
  const runtime = await openRuntime(kind, directory, logLimits);
  await runtime.adopt();
  return {
    runtime,
    directory,
    async end() {
      const left = (await readdir(join(directory, "pods"))).filter((name) => !name.startsWith("."));
      await Promise.all(left.map(async (podUid) => await runtime.closeSandbox(podUid)));
      await runtime.tearDown();
      await rm(directory, { recursive: true });
    },
  };
}

export function sandboxSpec(podUid: string, more: Partial<SandboxSpec> = {}): SandboxSpec {
  const names = { namespace: "default", name: podUid, hostname: podUid };
  return { podUid, ...names, resolvConf: "nameserver 10.96.0.10\n", hosts: [`{address}\t${podUid}`], ...more };
}

export const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** One run of a container named `main`, of a shell script unless it says otherwise. */
export function runSpec(podUid: string, script: string, more: Partial<RunSpec> = {}): RunSpec {
  const id = { podUid, container: "main", attempt: 0 };
  const nothing = { mounts: [], files: [], stdin: false, tty: false };
  return { ...id, argv: ["sh", "-c", script], env: { PATH: searchPath }, ...nothing, ...more };
}

export function runId({ podUid, container, attempt }: RunId): RunId {
  return { podUid, container, attempt };
}

/** Resolves with how a run ended, once it has. */
export async function endOf(runtime: HostRuntime, run: RunId): Promise<RunState & { readonly is: "exited" }> {
  const { promise, resolve } = Promise.withResolvers<RunState>();
  const forget = runtime.onExit((id, state) => {
    if (id.podUid === run.podUid && id.container === run.container && id.attempt === run.attempt) resolve(state);
  });
  const now = runtime.stateOf(run);
  if (now?.is === "exited") resolve(now);
  const state = await promise;
  forget();
  if (state.is !== "exited") throw new Error("told of the end of a run that goes on");
  return state;
}

/** Everything a run has written up to now. */
export async function logOf(runtime: HostRuntime, run: RunId): Promise<string> {
  const { signal } = new AbortController();
  const chunks: Uint8Array[] = [];
  for await (const chunk of runtime.logs(run, { follow: false, timestamps: false, signal })) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Runs a script in a run's container, and resolves with what it said and its exit code. */
export async function execIn(
  runtime: HostRuntime,
  run: RunId,
  script: string,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const session = await runtime.exec({ run: runId(run), argv: ["sh", "-c", script], tty: false, stdin: false });
  const [stdout, stderr, code] = await Promise.all([
    text(session.stdout),
    text(only(session.stderr)),
    session.exitCode,
  ]);
  return { stdout, stderr, code };
}

export function only<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("this should be there");
  return value;
}

/** Reads a stream until this has come, and resolves with all that came up to now. */
export async function until(session: Pick<Session, "stdout">, wanted: string | RegExp): Promise<string> {
  let said = "";
  for await (const chunk of session.stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (typeof wanted === "string" ? said.includes(wanted) : wanted.test(said)) return said;
  }
  throw new Error(`it ended without ${String(wanted)}, having said ${JSON.stringify(said)}`);
}
