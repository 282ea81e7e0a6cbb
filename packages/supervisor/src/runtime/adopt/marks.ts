import type { PodPlace, RunPlace } from "../core/places.ts";

const podVariable = "ORDINAL_POD_DIRECTORY";
const runVariable = "ORDINAL_RUN_DIRECTORY";

/** Variables by which the processes of a run are found again, whatever they forked to. */
export function marks(pod: PodPlace, run: RunPlace): Readonly<Record<string, string>> {
  return { [podVariable]: pod.directory, [runVariable]: run.directory };
}

/** The assignment that every process of the pod carries. */
export function podMark({ directory }: Pick<PodPlace, "directory">): string {
  return `${podVariable}=${directory}`;
}

/** The assignment that every process of the run carries. */
export function runMark({ directory }: Pick<RunPlace, "directory">): string {
  return `${runVariable}=${directory}`;
}
