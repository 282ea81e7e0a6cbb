import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { extname } from "node:path";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "@ordinal/runtime";

/** What a dialer is asked for. */
export interface Request {
  readonly id: number;
  readonly port: number;
}

interface Answer {
  readonly id: number;
  readonly error?: string;
}

/** Connects to the localhost of a network namespace, by a process in it that hands over the sockets. */
export interface Dialer {
  dial(port: number): Promise<Duplex>;
  stop(): void;
}

/** A process is kept this long for the next connection: starting one takes about 50 ms. */
const idleMs = 30_000;

const program = `${import.meta.dirname}/dialer-main${extname(import.meta.filename)}`;

/** `enter` leads into the namespace. The process starts with the first connection. */
export function createDialer(enter: readonly string[], clock: Clock): Dialer {
  const waiting = new Map<number, PromiseWithResolvers<Duplex>>();
  let child: ChildProcess | undefined;
  let cancelIdle: (() => void) | undefined;
  let count = 0;

  function start(): ChildProcess {
    const [command, ...args] = [...enter, process.execPath, program];
    const started = spawn(command, args, { stdio: ["ignore", "ignore", "ignore", "ipc"], env: {}, cwd: "/" });
    started.on("message", (answer: Answer, socket: Socket | undefined) => settle(answer, socket));
    started.on("error", (error) => failAll(error));
    started.on("exit", () => {
      if (child === started) child = undefined;
      failAll(new Error("the connection to the pod's network was lost"));
    });
    started.unref();
    return started;
  }

  function settle({ id, error }: Answer, socket: Socket | undefined): void {
    const asked = waiting.get(id);
    waiting.delete(id);
    if (asked === undefined) socket?.destroy();
    else if (socket === undefined) asked.reject(new Error(error ?? "no connection"));
    else asked.resolve(socket);
    if (waiting.size === 0) cancelIdle = clock.after(idleMs, stop);
  }

  function failAll(error: Error): void {
    for (const asked of waiting.values()) asked.reject(error);
    waiting.clear();
  }

  function stop(): void {
    cancelIdle?.();
    if (child?.connected === true) child.disconnect();
    child = undefined;
  }

  return {
    async dial(port) {
      cancelIdle?.();
      child ??= start();
      const id = count++;
      const asked = Promise.withResolvers<Duplex>();
      waiting.set(id, asked);
      const request: Request = { id, port };
      child.send(request, (error) => {
        if (error !== null && waiting.delete(id)) asked.reject(error);
      });
      return await asked.promise;
    },
    stop,
  };
}
