import type { Duplex } from "node:stream";
import type { RunSpec, SandboxSpec } from "../../pod-runtime.ts";
import type { ProcessIdentity } from "../adopt/process-stat.ts";
import type { PodPlace, RunPlace } from "./places.ts";
import type { RunRecord } from "./records.ts";

/** A pod's place with what its processes see of the network. */
export interface OpenPod {
  readonly place: PodPlace;
  readonly address: string;
  readonly hostname: string;
}

/** How to start a run: the words between the shim's scripts and the text of `init`. */
export interface Launch {
  /** Goes before the shim; empty for nothing. */
  readonly beforeShim: readonly string[];
  /** Goes before `sh init.sh`. */
  readonly beforeInit: readonly string[];
  /** Everything that `init` does after it has said who it is; ends by becoming the program. */
  readonly init: string;
}

/** How to run a command in a run that is there. */
export interface Entrance {
  readonly enter: readonly string[];
  readonly script: string;
}

/** A process to run inside a container. */
export interface Command {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly tty: boolean;
}

/** What is left of a run's processes when its first one is gone, or is to be. */
export interface RunProcesses {
  readonly pod: OpenPod;
  readonly place: RunPlace;
  /** The container's first process; it may be gone, and its number another's. */
  readonly process: ProcessIdentity;
}

/**
 * What is different between a pod in namespaces of its own and one without. Every step may be repeated, and whatever
 * was begun is found again by `closePod`, which is all that a crash needs.
 */
export interface Backend {
  readonly kind: "sandbox" | "process";
  /** The range that pods get their addresses from. */
  readonly podCidr: string;
  /** Whether there is a script(1) to hold terminals. */
  readonly hasTerminals: boolean;
  openPod(pod: OpenPod, spec: SandboxSpec): Promise<void>;
  /** Looks around once, and tells of any pod whether everything that `openPod` made is still there. */
  findOpen(): Promise<(place: PodPlace) => boolean>;
  /** Removes what `openPod` made, whole or not; the pod's processes are gone already. */
  closePod(place: PodPlace): Promise<void>;
  /** Removes what belongs to none of these pods. */
  sweep(podUids: ReadonlySet<string>): Promise<void>;
  prepareRun(pod: OpenPod, run: { readonly place: RunPlace; readonly spec: RunSpec }): Promise<Launch>;
  /** Ways in, with the run's own user and circumstances. */
  entrance(run: RunProcesses & { readonly record: RunRecord }, command: Command): Entrance;
  /** Kills the first process and all it started; when it has exited already, what it left behind. */
  killRun(run: RunProcesses): Promise<void>;
  /** Frees the disk that only a running container needs. */
  releaseRun(place: RunPlace): Promise<void>;
  connect(pod: OpenPod, port: number): Promise<Duplex>;
  /** Lets go of helpers of the daemon; pods stay. */
  stop(): Promise<void>;
  /** Removes what was set up once for all pods; nothing when a pod is left. */
  tearDown(): Promise<void>;
}
