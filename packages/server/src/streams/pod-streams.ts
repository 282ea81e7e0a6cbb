import type { Duplex, Readable, Writable } from "node:stream";

/** Which container a stream is about. The pod is known to exist; the container is looked up by whoever runs it. */
export interface StreamTarget {
  readonly namespace: string;
  readonly pod: string;
  /** Left out: the pod's only or first container. */
  readonly container?: string;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

export interface AttachRequest extends StreamTarget {
  readonly stdin: boolean;
  readonly stdout: boolean;
  /** Never true together with `tty`. */
  readonly stderr: boolean;
  readonly tty: boolean;
}

export interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
}

/** A command that runs, or a container that is watched, with its streams. */
export interface StreamSession {
  readonly stdin?: Writable;
  readonly stdout?: Readable;
  readonly stderr?: Readable;
  resize(size: TerminalSize): void;
  /** Resolves when the process has ended and its output is complete; 128 + signal when a signal ended it. */
  readonly exitCode: Promise<number>;
  /** The asker has gone: an exec'd process is killed, an attached one goes on. After the end it does nothing. */
  close(): void;
}

export interface LogRequest extends StreamTarget {
  readonly follow: boolean;
  /** The container's run before the current one. */
  readonly previous: boolean;
  readonly tailLines?: number;
  /** Only lines written at or after this time, in milliseconds since the epoch. */
  readonly sinceMs?: number;
  readonly limitBytes?: number;
  readonly timestamps: boolean;
}

/** What the API server needs from whatever runs pods. Every failure is an `ApiError` with upstream's text. */
export interface PodStreams {
  exec(request: ExecRequest): Promise<StreamSession>;
  attach(request: AttachRequest): Promise<StreamSession>;
  /** Ends with the container's run when following; else at the end of what is there. */
  logs(request: LogRequest, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** A connection to a port inside the pod, as from its own localhost. */
  connect(target: StreamTarget, port: number): Promise<Duplex>;
}
