import type { Duplex, Readable, Writable } from "node:stream";
import { ApiError, type Pod } from "@ordinal/api";
import { describeError } from "@ordinal/runtime";
import { StartError, type LogOptions, type PodRuntime, type RunId, type Session } from "../pod-runtime.ts";
import type { PodWorker } from "../worker/pod-worker.ts";
import { chooseContainer, loggedAttempt, runningAttempt } from "./find-run.ts";

/** Which container a stream is about; left out, the pod's only or first. */
interface StreamTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string;
}

interface AttachRequest extends StreamTarget {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
}

interface LogRequest extends StreamTarget, LogOptions {
  /** The container's run before the current one. */
  readonly previous: boolean;
}

/** A command that runs, or a container that is watched, with the streams that were asked for. */
export interface StreamSession {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  resize(size: { readonly columns: number; readonly rows: number }): void;
  readonly exitCode: Promise<number>;
  close(): void;
}

/** The streams into pods, as the API server asks for them. Every failure is an `ApiError` with upstream's text. */
export interface Streams {
  exec(request: ExecRequest): Promise<StreamSession>;
  attach(request: AttachRequest): Promise<StreamSession>;
  /** Ends with the container's run when following; else at the end of what is there. */
  logs(request: LogRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** A connection to a port inside the pod, as from its own localhost. */
  connect(target: StreamTarget, port: number): Promise<Duplex>;
}

export interface StreamsOptions {
  readonly runtime: Pick<PodRuntime, "exec" | "attach" | "logs" | "connect">;
  /** The pod of this name, if it is on this node. */
  readonly find: (at: { readonly namespace: string; readonly name: string }) => PodWorker | undefined;
}

/** Looks up what a request names, and hands it to the runtime. */
export function createStreams({ runtime, find }: StreamsOptions): Streams {
  function workerOf({ namespace, pod }: StreamTarget): PodWorker {
    const worker = find({ namespace, name: pod });
    if (worker === undefined) throw new ApiError("BadRequest", `pod ${pod} does not have a host assigned`);
    return worker;
  }

  function runOf(target: StreamTarget): RunId {
    const worker = workerOf(target);
    const container = chooseContainer(worker.pod, target.container);
    const attempt = runningAttempt(container, worker.container(container.name));
    return { podUid: worker.pod.metadata.uid, container: container.name, attempt };
  }

  return {
    async exec(request) {
      const { command: argv, tty, stdin } = request;
      const session = await explained(runtime.exec({ run: runOf(request), argv, tty, stdin }));
      return only(session, request);
    },
    async attach(request) {
      return only(await explained(runtime.attach(runOf(request))), request);
    },
    async *logs(request, signal) {
      const worker = find({ namespace: request.namespace, name: request.pod });
      // Upstream: a pod that is on no node yet has an empty log.
      if (worker === undefined) return;
      const { pod } = worker;
      const container = chooseContainer(pod, request.container);
      const { namespace: _namespace, pod: _pod, container: _container, previous, ...options } = request;
      const attempt = loggedAttempt({ pod, container, previous }, worker.container(container.name));
      const run: RunId = { podUid: pod.metadata.uid, container: container.name, attempt };
      yield* runtime.logs(run, { ...options, signal });
    },
    async connect(target, port) {
      const { pod } = workerOf(target);
      if (!isUp(pod))
        throw new ApiError(
          "BadRequest",
          `unable to forward port because pod is not running. Current status=${pod.status?.phase ?? "Pending"}`,
        );
      return await explained(runtime.connect(pod.metadata.uid, port));
    },
  };
}

function isUp(pod: Pod): boolean {
  return pod.status?.phase === "Running";
}

/** What the runtime says, as the API says it. */
async function explained<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const text = describeError(error);
    const message = error instanceof StartError ? `Internal error occurred: ${text}` : text;
    throw new ApiError("InternalError", message, { cause: error });
  }
}

function only(session: Session, { stdin, stdout, stderr }: AttachRequest): StreamSession {
  // A stream nobody asked for must not fill up and stop its writer.
  if (!stdout) session.stdout.resume();
  if (!stderr) session.stderr?.resume();
  return {
    ...(stdin && session.stdin !== undefined ? { stdin: session.stdin } : {}),
    ...(stdout ? { stdout: session.stdout } : {}),
    ...(stderr && session.stderr !== undefined ? { stderr: session.stderr } : {}),
    resize: (size) => session.resize(size),
    exitCode: session.exitCode,
    close: () => session.close(),
  };
}
