/** A run that goes on. */
export interface RunningRun {
  readonly is: "running";
  readonly attempt: number;
  readonly startedAtMs: number;
  /** The postStart hook is done and the startup probe has succeeded, where there are any. */
  readonly started: boolean;
  /** Started, and the readiness probe says yes, where there is one. */
  readonly ready: boolean;
  /** It has been told to end. */
  readonly stopping: boolean;
  /** Why it must be stopped and run again: text of the Killing event. */
  readonly condemned?: string;
}

/** A run that is over. */
export interface EndedRun {
  readonly is: "ended";
  readonly attempt: number;
  readonly code: number;
  /** `Completed`, `Error`, `StartError`, `Unknown`, … */
  readonly reason: string;
  readonly message?: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
}

export type RunView = RunningRun | EndedRun;

/** Why a container cannot start at the moment, in the words of its status. */
export interface Blocked {
  readonly reason: string;
  readonly message: string;
  readonly retryAtMs: number;
}

/** Crash back-off: no earlier than `atMs` may the next run start. */
export interface RestartWait {
  readonly atMs: number;
  readonly delayMs: number;
}

/** What is known of one container. */
export interface ContainerView {
  /** The newest run. */
  readonly run?: RunView;
  /** The run before it. */
  readonly previous?: EndedRun;
  /** Whether the newest run was in the sandbox that is open now; after a reboot it was not. */
  readonly inSandbox: boolean;
  readonly blocked?: Blocked;
  readonly restart?: RestartWait;
  /** For the status; known once the image was looked up. */
  readonly imageId?: string;
}

/** Everything a decision about a pod is made from, beside the pod object. */
export interface PodView {
  readonly nowMs: number;
  readonly containers: ReadonlyMap<string, ContainerView>;
  /** The pod's own address; undefined without a sandbox. */
  readonly address?: string;
  /** The object is gone from the API: it was deleted by force. */
  readonly isGone: boolean;
  /** The supervisor itself ends, and gives every pod this long at most. The object stays. */
  readonly shutdownGraceMs?: number;
  /** For a pod that goes: no name leads to it any more, or the wait for that is over. */
  readonly isWithdrawn: boolean;
  /** Why the node ends the pod for good: it has taken more than it may. */
  readonly eviction?: string;
  /** When its containers were first told to end. */
  readonly stoppingSinceMs?: number;
}

const nothing: ContainerView = { inSandbox: false };

/** What is known of this container; an empty view before anything happened. */
export function viewOf(view: PodView, container: { readonly name: string }): ContainerView {
  return view.containers.get(container.name) ?? nothing;
}

/** Whether the pod's containers are to end, so that none of them counts as ready any more. */
export function isEnding(view: PodView): boolean {
  return view.isGone || view.shutdownGraceMs !== undefined;
}
