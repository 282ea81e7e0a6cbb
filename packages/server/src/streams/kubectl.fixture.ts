import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import type { StreamServer } from "./stream-server.fixture.ts";

/** The versions that differ in what they speak: SPDY for all, WebSocket for commands, WebSocket for all. */
export const kubectlVersions = ["1.27", "1.29", "1.30", "1.33"] as const;

/** The kubectl of a version, where kubectl is installed with older ones beside it; undefined where it is not. */
export function findKubectl(version: string): string | undefined {
  const newest = "/usr/bin/kubectl";
  if (!existsSync(newest)) return undefined;
  const path = join(dirname(realpathSync(newest)), `kubectl.${version}`);
  return existsSync(path) ? path : undefined;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface KubectlCall {
  readonly args: readonly string[];
  readonly input?: Readable | string;
}

/** Runs kubectl against the server until it ends. */
export async function runKubectl(path: string, server: StreamServer, call: KubectlCall): Promise<Outcome> {
  const child = startKubectl(path, server, call.args);
  if (typeof call.input === "object") call.input.pipe(child.stdin);
  else child.stdin.end(call.input ?? "");
  // kubectl may end before it has read everything.
  child.stdin.on("error", () => {});
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** Starts kubectl; whoever starts it ends it. */
export function startKubectl(
  path: string,
  server: StreamServer,
  args: readonly string[],
): ChildProcessWithoutNullStreams {
  return spawn(path, ["--kubeconfig", server.kubeconfig, ...args], { env: environment(server) });
}

export interface TerminalCall {
  readonly args: readonly string[];
  readonly columns: number;
  readonly rows: number;
}

/** Starts kubectl in a terminal of this size; what is typed goes to stdin, what is seen comes from stdout. */
export function startInTerminal(path: string, server: StreamServer, { args, columns, rows }: TerminalCall) {
  const words = [path, "--kubeconfig", server.kubeconfig, ...args];
  const command = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  const script = ["-qefc", `stty cols ${columns} rows ${rows}; exec ${command}`, "/dev/null"];
  const child = spawn("script", script, { env: environment(server) });
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { child, code };
}

function environment(server: StreamServer): Record<string, string> {
  return { PATH: "/usr/bin:/bin", KUBECACHEDIR: join(server.dir, "cache"), HOME: server.dir };
}
