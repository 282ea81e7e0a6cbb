import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFile, readlink } from "node:fs/promises";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { ApiError } from "@ordinal/api";
import type { AttachRequest, ExecRequest, LogRequest, PodStreams, StreamSession, TerminalSize } from "./pod-streams.ts";

/** Pods that are this machine: commands are real processes, ports are ports of 127.0.0.1. */
export interface HostStreams extends PodStreams {
  /** What every attach is joined with; a shell script. Each attach runs its own. */
  container: string;
  /** What `logs` shows. */
  logFile: string;
  /** Called with what was asked, before it is done; may throw. */
  onAsk: (ask: ExecRequest | AttachRequest | LogRequest) => void;
  /** Processes that run now. */
  running(): readonly number[];
  /** Sessions that were told that their asker has gone before their process had ended. */
  closed(): number;
  stop(): Promise<void>;
}

export function createHostStreams(): HostStreams {
  const children = new Set<ChildProcessWithoutNullStreams>();
  let closed = 0;

  function start(command: readonly string[], asked: AttachRequest): StreamSession {
    const [program = "", ...args] = asked.tty ? inTerminal(command) : command;
    const child = spawn(program, args, { detached: true });
    children.add(child);
    const exitCode = exitOf(child).finally(() => children.delete(child));
    exitCode.catch(() => {});
    if (!asked.stdin) child.stdin.end();
    return {
      ...(asked.stdin ? { stdin: child.stdin } : {}),
      ...(asked.stdout ? { stdout: child.stdout } : {}),
      ...(asked.stderr ? { stderr: child.stderr } : {}),
      resize: (size) => void resize(child, size),
      exitCode,
      close() {
        if (!children.has(child)) return;
        closed += 1;
        kill(child);
      },
    };
  }

  const streams: HostStreams = {
    container: "cat",
    logFile: "/dev/null",
    onAsk: () => {},
    async exec(request) {
      streams.onAsk(request);
      return start(request.command, request);
    },
    async attach(request) {
      streams.onAsk(request);
      return start(["sh", "-c", streams.container], request);
    },
    async *logs(request, signal) {
      streams.onAsk(request);
      if (request.previous) {
        const container = request.container ?? "main";
        const message = `previous terminated container "${container}" in pod "${request.pod}" not found`;
        throw new ApiError("BadRequest", message);
      }
      const lines = request.tailLines === undefined ? "+1" : String(request.tailLines);
      const tail = spawn("tail", ["-n", lines, ...(request.follow ? ["-f"] : []), streams.logFile]);
      children.add(tail);
      signal.addEventListener("abort", () => tail.kill());
      try {
        for await (const chunk of tail.stdout) yield chunk as Buffer;
      } finally {
        tail.kill();
        children.delete(tail);
      }
    },
    async connect(_target, port): Promise<Duplex> {
      const socket = connect(port, "127.0.0.1");
      await once(socket, "connect");
      return socket;
    },
    running: () => [...children].map((child) => child.pid ?? 0),
    closed: () => closed,
    async stop() {
      const ends = [...children].map((child) => once(child, "close"));
      for (const child of children) kill(child);
      await Promise.all(ends);
    },
  };
  return streams;
}

/** As a process in a terminal of its own; `script` makes one. */
function inTerminal(command: readonly string[]): readonly string[] {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return ["script", "-qefc", `exec ${quoted}`, "/dev/null"];
}

async function exitOf(child: ChildProcessWithoutNullStreams): Promise<number> {
  return await new Promise((resolve, reject) => {
    child.once("error", (error) => {
      const message = `Internal error occurred: error executing command in container: ${error.message}`;
      reject(new ApiError("InternalError", message));
    });
    // Not `close`: what is still in the pipes waits for whoever reads them.
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGKILL" ? 137 : 143)));
  });
}

/** The terminal is that of the shell `script` starts, which may still be to come, and to get it. */
async function resize(child: ChildProcessWithoutNullStreams, { columns, rows }: TerminalSize): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").catch(() => "");
    const shell = children.trim().split(" ")[0];
    const terminal = shell ? await readlink(`/proc/${shell}/fd/0`).catch(() => "") : "";
    if (terminal.startsWith("/dev/pts/")) {
      spawn("stty", ["-F", terminal, "cols", String(columns), "rows", String(rows)]);
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The group, because a shell does not pass signals on. */
function kill(child: ChildProcessWithoutNullStreams): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
