import { join } from "node:path";
import { listIfPresent, readIfPresent } from "../commands/read-if-present.ts";
import type { Backend } from "../core/backend.ts";
import { createRun } from "../core/create-run.ts";
import type { RuntimeContext } from "../core/create-runtime.ts";
import { podPlace, runPlace } from "../core/places.ts";
import type { PodPlace } from "../core/places.ts";
import { runKey } from "../core/pods.ts";
import type { Pod } from "../core/pods.ts";
import { parseRunRecord, parseSandboxRecord } from "../core/records.ts";
import { changedAtMs, readExitCode } from "../core/run.ts";
import type { Run } from "../core/run.ts";
import { isAlive, parseStat } from "./process-stat.ts";
import { removePod, removeRun } from "./remove-pod.ts";

/** Finds the pods that earlier daemons left, and removes what is not whole or is from before a reboot. */
export async function adoptPods(backend: Backend, context: RuntimeContext): Promise<readonly Pod[]> {
  const isOpen = await backend.findOpen();
  const names = (await listIfPresent(context.stateDir)).filter((name) => !name.startsWith("."));
  const pods = await Promise.all(
    names.map(async (podUid) => {
      const place = podPlace(context.stateDir, podUid);
      const pod = await adoptPod(place, { ...context, backend, isOpen });
      if (pod === undefined) await removePod(place, { ...context, backend });
      return pod;
    }),
  );
  return pods.filter((pod) => pod !== undefined);
}

interface Context extends RuntimeContext {
  readonly backend: Backend;
  readonly isOpen: (place: PodPlace) => boolean;
}

async function adoptPod(place: PodPlace, context: Context): Promise<Pod | undefined> {
  const record = parseSandboxRecord(await readIfPresent(place.record));
  if (record === undefined || record.bootId !== context.bootId) return undefined;
  if (!context.isOpen(place)) return undefined;
  const { address, hostname } = record;
  const pod: Pod = { place, address, hostname, runs: new Map(), starting: new Set() };
  context.addresses.adopt(address);
  for (const container of await listIfPresent(place.runs)) {
    for (const attempt of (await listIfPresent(join(place.runs, container))).map(Number)) {
      const run = await adoptRun(pod, { container, attempt, context });
      if (run !== undefined) pod.runs.set(runKey(run.id), run);
    }
  }
  return pod;
}

/** A run that never came to its first process is nothing yet, and starts again from nothing. */
async function adoptRun(
  pod: Pod,
  { container, attempt, context }: { readonly container: string; readonly attempt: number; readonly context: Context },
): Promise<Run | undefined> {
  const place = runPlace(pod.place, { container, attempt });
  const record = parseRunRecord(await readIfPresent(place.record));
  const process = parseStat((await readIfPresent(place.process)) ?? "");
  if (record === undefined || process === undefined) {
    await removeRun(place, context);
    return undefined;
  }
  const launched = { process, startedAtMs: await changedAtMs(place.process) };
  const id = { podUid: pod.place.podUid, container, attempt };
  const run = createRun({ id, place, record, pod, launched }, context);
  await run.open();
  const isOver = (await readExitCode(place)) !== undefined || !(await isAlive(process));
  if (isOver) await run.ended;
  return run;
}
