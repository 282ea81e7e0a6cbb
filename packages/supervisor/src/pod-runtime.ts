import type { Duplex, Readable, Writable } from "node:stream";

/** Where a pod's processes live, in the runtime's own terms: nothing here is a Kubernetes object. */
export interface SandboxSpec {
  /** The pod's uid: names its directory and its namespaces. */
  readonly podUid: string;
  readonly namespace: string;
  readonly name: string;
  readonly hostname: string;
  /** Whole content of /etc/resolv.conf. */
  readonly resolvConf: string;
  /** Lines of /etc/hosts after the ones for localhost; `{address}` stands for the pod's own address. */
  readonly hosts: readonly string[];
}

export interface Sandbox {
  readonly podUid: string;
  /** The pod's own IPv4 address. */
  readonly address: string;
}

export interface Mount {
  /** A directory or file of the host. */
  readonly source: string;
  /** Absolute path in the container. */
  readonly target: string;
  readonly readOnly: boolean;
  /** Further flags of the mount, as mount(8) has them: `noexec`, `nosuid`, … Defaults to none. */
  readonly options?: readonly string[];
}

export interface RunSpec {
  readonly podUid: string;
  readonly container: string;
  /** 0 for the first run; a restart is the next number. */
  readonly attempt: number;
  readonly argv: readonly string[];
  /** The whole environment; nothing is inherited from the daemon. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path in the container. Defaults to `/`. */
  readonly workingDir?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Supplementary groups. Defaults to none. */
  readonly groups?: readonly number[];
  readonly mounts: readonly Mount[];
  /** Files put into the container's view of the file system before it starts. */
  readonly files: readonly { readonly path: string; readonly content: string; readonly mode?: number }[];
  /** Keep standard input open for `attach`. */
  readonly stdin: boolean;
  /** Standard input ends when the first attached client's does, or it goes. Without effect on a tty. Defaults to false. */
  readonly stdinOnce?: boolean;
  readonly tty: boolean;
}

/** One run of one container. */
export interface RunId {
  readonly podUid: string;
  readonly container: string;
  readonly attempt: number;
}

export type RunState =
  | { readonly is: "running"; readonly pid: number; readonly startedAtMs: number }
  /** `code` is 128 + signal for a killed process; `lost` when it vanished and nobody saw how. */
  | {
      readonly is: "exited";
      readonly code: number;
      readonly startedAtMs: number;
      readonly finishedAtMs: number;
      readonly lost: boolean;
    };

export interface ExecSpec {
  readonly run: RunId;
  readonly argv: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A process started inside a container, or a container's own process watched from outside. */
export interface Session {
  readonly stdin?: Writable;
  readonly stdout: Readable;
  /** Absent with a tty, where the two are one. */
  readonly stderr?: Readable;
  resize(size: { readonly columns: number; readonly rows: number }): void;
  /** 128 + signal when a signal ended it. */
  readonly exitCode: Promise<number>;
  /** Ends an exec'd process; only lets go of an attached one. */
  close(): void;
}

export interface LogOptions {
  readonly follow: boolean;
  readonly tailLines?: number;
  readonly sinceMs?: number;
  readonly limitBytes?: number;
  readonly timestamps: boolean;
}

/** What is found after a restart of the daemon: all of it goes on running. */
export interface Adopted {
  readonly sandbox: Sandbox;
  readonly runs: readonly { readonly id: RunId; readonly state: RunState }[];
}

/**
 * Runs pods as host processes. Everything is keyed by pod uid, and everything may be called again: opening an open
 * sandbox, starting a started run and closing what is gone do nothing. All of it outlives the daemon.
 */
export interface PodRuntime {
  readonly kind: "sandbox" | "process";
  /** What is left of earlier daemons, re-adopted by boot id, pid and start time. */
  adopt(): Promise<readonly Adopted[]>;
  openSandbox(spec: SandboxSpec): Promise<Sandbox>;
  /** Kills what is left in the sandbox and removes it with its directory. Volumes are not in it. */
  closeSandbox(podUid: string): Promise<void>;
  /** Rejects with a `StartError` when the program cannot be started. */
  start(spec: RunSpec): Promise<RunState>;
  stateOf(run: RunId): RunState | undefined;
  /** Called when a run ends, also one that was adopted. Returns how to end it. */
  onExit(listener: (run: RunId, state: RunState) => void): () => void;
  /** Signals the container's first process; false when it is gone. */
  signal(run: RunId, signal: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGQUIT" | "SIGHUP"): boolean;
  /** Kills the container with everything it started, and resolves when nothing is left. */
  kill(run: RunId): Promise<void>;
  exec(spec: ExecSpec): Promise<Session>;
  attach(run: RunId): Promise<Session>;
  /** The run's output; nothing where it did not start. A followed one ends when the run has ended and all is read. */
  logs(run: RunId, options: LogOptions & { readonly signal: AbortSignal }): AsyncIterable<Uint8Array>;
  /** The tail of the run's output, at most this many bytes, for termination messages. */
  logTail(run: RunId, bytes: number): Promise<string>;
  /** A TCP connection to a port in the pod, as from its own localhost. */
  connect(podUid: string, port: number): Promise<Duplex>;
  /** A program found on this PATH, or undefined. Defaults to the one that containers have. */
  which(program: string, searchPath?: string): Promise<string | undefined>;
}

/** The program could not be started; the message is for the pod's status. */
export class StartError extends Error {
  override readonly name = "StartError";
}
