import { join } from "node:path";
import type { RunId } from "../../pod-runtime.ts";

/** What is kept of a pod: everything below `directory` belongs to the runtime alone. */
export interface PodPlace {
  readonly podUid: string;
  readonly directory: string;
  /** Written last, so that a sandbox without it was never complete. */
  readonly record: string;
  readonly runs: string;
}

/** What is kept of one run of a container; also its processes' working directory. */
export interface RunPlace {
  readonly directory: string;
  readonly record: string;
  /** The first process as /proc/<pid>/stat has it, written by itself before it does anything else. */
  readonly process: string;
  /** The exit code and a newline. */
  readonly exit: string;
  readonly init: string;
  /** FIFOs: the output, the logger's end, the shim's end, and the input where it is kept open. */
  readonly fifos: { readonly out: string; readonly drain: string; readonly alive: string; readonly in: string };
  readonly logs: string;
}

/** Names of directories that are not pods start with a dot. */
export function podPlace(stateDir: string, podUid: string): PodPlace {
  const directory = join(stateDir, pathPart(podUid), "sandbox");
  return { podUid, directory, record: join(directory, "sandbox.json"), runs: join(directory, "runs") };
}

export function runPlace(pod: PodPlace, { container, attempt }: Pick<RunId, "container" | "attempt">): RunPlace {
  return runPlaceAt(join(pod.runs, pathPart(container), String(attempt)));
}

export function runPlaceAt(directory: string): RunPlace {
  const at = (name: string): string => join(directory, name);
  return {
    directory,
    record: at("run.json"),
    process: at("process"),
    exit: at("exit"),
    init: at("init.sh"),
    fifos: { out: at("out"), drain: at("drain"), alive: at("alive"), in: at("in") },
    logs: at("logs"),
  };
}

/** The names come from objects of users; what becomes part of a path is checked here once more. */
function pathPart(name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name))
    throw new TypeError(`${JSON.stringify(name)} cannot name a directory`);
  return name;
}
