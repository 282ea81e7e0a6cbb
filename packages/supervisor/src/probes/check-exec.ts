import type { Readable } from "node:stream";
import { describeError } from "@ordinal/runtime";
import type { PodRuntime, RunId } from "../pod-runtime.ts";
import type { ProbeResult } from "./probe-state.ts";

export interface ExecTarget {
  readonly runtime: Pick<PodRuntime, "exec">;
  readonly run: RunId;
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
}

/** How much output is kept. Source: `pkg/probe/exec` maxReadLength. */
const keptBytes = 10 * 1024;

/** Runs a command in the container; exit code 0 is success, and what it says is the message. */
export async function checkExec(target: ExecTarget): Promise<ProbeResult> {
  const { code, output } = await runInContainer(target);
  if (code === 0) return { is: "success", message: output };
  return {
    is: "failure",
    message: code === "timeout" ? `command timed out: ${JSON.stringify(target.argv.join(" "))}` : output,
  };
}

/** The exit code and the first part of the output; killed, and `timeout`, when the signal aborts first. */
export async function runInContainer(
  target: ExecTarget,
): Promise<{ readonly code: number | "timeout" | "failed"; readonly output: string }> {
  const { runtime, run, argv, signal } = target;
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  if (signal.aborted) return { code: "timeout", output: "" };
  const onAbort = (): void => resolve(undefined);
  signal.addEventListener("abort", onAbort, { once: true });
  const starting = runtime.exec({ run, argv, tty: false, stdin: false });
  const finished = starting.then(async (session) => {
    const [code, ...output] = await Promise.all([
      session.exitCode,
      collect(session.stdout),
      session.stderr === undefined ? "" : collect(session.stderr),
    ]);
    return { code, output: output.join("") };
  });
  try {
    const outcome = await Promise.race([finished, aborted]);
    if (outcome !== undefined) return outcome;
    // Whatever it comes to, and whenever it begins, nobody waits for it any more.
    starting.then((session) => session.close()).catch(() => {});
    finished.catch(() => {});
    return { code: "timeout", output: "" };
  } catch (error) {
    return { code: "failed", output: describeError(error) };
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function collect(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    // The rest is read too, so that the command never blocks on a full pipe.
    if (length < keptBytes) chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
  }
  return Buffer.concat(chunks).subarray(0, keptBytes).toString("utf8");
}
