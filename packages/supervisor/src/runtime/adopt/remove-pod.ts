import { rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { hasCode } from "@ordinal/runtime";
import type { Clock } from "@ordinal/runtime";
import { listIfPresent, readIfPresent } from "../commands/read-if-present.ts";
import type { Backend } from "../core/backend.ts";
import { runPlaceAt } from "../core/places.ts";
import type { PodPlace, RunPlace } from "../core/places.ts";
import type { Trash } from "../core/trash.ts";
import { killBelonging, killTree } from "./find-processes.ts";
import { helperMark, podMark, programMark } from "./marks.ts";
import { isAlive, parseStat } from "./process-stat.ts";

export interface RemoveContext {
  readonly backend: Backend;
  readonly trash: Trash;
  readonly clock: Clock;
  /** All its runs have been seen to end, so that nothing has to be looked for. */
  readonly known?: boolean;
}

/**
 * Removes a sandbox, whole or not, with every process in it. The record goes first, so that a sandbox whose removal
 * was cut off is not adopted but removed again.
 */
export async function removePod(
  place: PodPlace,
  { backend, trash, clock, known = false }: RemoveContext,
): Promise<void> {
  if (await isThere(place.directory)) {
    await rm(place.record, { force: true });
    if (!known) {
      for (const run of await listRuns(place)) await killFirstProcess(run);
      await killBelonging({ mark: podMark(place) }, clock);
    }
    await backend.closePod(place);
    await trash.remove(place.directory);
  }
  await removeIfEmpty(dirname(place.directory));
}

/** Removes a run that cannot be used, with every process of it. */
export async function removeRun(place: RunPlace, { backend, trash, clock }: RemoveContext): Promise<void> {
  await killFirstProcess(place);
  await killBelonging({ mark: helperMark(place) }, clock);
  await killBelonging({ mark: programMark(place) }, clock);
  await backend.releaseRun(place);
  await trash.remove(place.directory);
}

async function listRuns(pod: PodPlace): Promise<readonly RunPlace[]> {
  const containers = await listIfPresent(pod.runs);
  const runs = await Promise.all(
    containers.map(async (container) => {
      const attempts = await listIfPresent(join(pod.runs, container));
      return attempts.map((attempt) => runPlaceAt(join(pod.runs, container, attempt)));
    }),
  );
  return runs.flat();
}

async function killFirstProcess(place: RunPlace): Promise<void> {
  const process = parseStat((await readIfPresent(place.process)) ?? "");
  if (process !== undefined && (await isAlive(process))) await killTree(process.pid);
}

async function isThere(directory: string): Promise<boolean> {
  return (await listIfPresent(dirname(directory))).includes(basename(directory));
}

/** Others may keep things of the pod beside the sandbox. */
async function removeIfEmpty(directory: string): Promise<void> {
  try {
    await rmdir(directory);
  } catch (error) {
    if (!hasCode(error, "ENOENT", "ENOTEMPTY", "EEXIST")) throw error;
  }
}
