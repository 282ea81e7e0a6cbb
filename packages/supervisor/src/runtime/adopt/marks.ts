import type { PodPlace, RunPlace } from "../core/places.ts";

/*
 * Variables by which processes are found again, whatever they forked to. The shim and the logger of a run are not
 * found with its programs: they have to see the program end.
 */
const podVariable = "ORDINAL_POD_DIRECTORY";
const runVariable = "ORDINAL_RUN_DIRECTORY";
const helperVariable = "ORDINAL_HELPER_OF";

type Place = Pick<PodPlace | RunPlace, "directory">;

/** For the processes between the daemon and the program. */
export function helperMarks(pod: Place, run: Place): Readonly<Record<string, string>> {
  return { [podVariable]: pod.directory, [helperVariable]: run.directory };
}

/** For the programs of a run. */
export function programMarks(pod: Place, run: Place): Readonly<Record<string, string>> {
  return { [podVariable]: pod.directory, [runVariable]: run.directory };
}

/** The assignment that every process of the pod carries. */
export function podMark({ directory }: Place): string {
  return `${podVariable}=${directory}`;
}

/** The assignment that every program of the run carries. */
export function programMark({ directory }: Place): string {
  return `${runVariable}=${directory}`;
}

/** The assignment that every helper of the run carries. */
export function helperMark({ directory }: Place): string {
  return `${helperVariable}=${directory}`;
}
