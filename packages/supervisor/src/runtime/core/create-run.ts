import type { RunId } from "../../pod-runtime.ts";
import { RunLog } from "../logs/run-log.ts";
import type { Backend, OpenPod } from "./backend.ts";
import type { RuntimeContext } from "./create-runtime.ts";
import type { Launched } from "./launch-run.ts";
import type { RunPlace } from "./places.ts";
import type { RunRecord } from "./records.ts";
import { Run } from "./run.ts";

export interface StartedRun {
  readonly id: RunId;
  readonly place: RunPlace;
  readonly record: RunRecord;
  readonly pod: OpenPod;
  readonly launched: Launched;
}

/** A run whose first process exists, started now or by an earlier daemon. It does nothing until it is opened. */
export function createRun(started: StartedRun, context: RuntimeContext & { readonly backend: Backend }): Run {
  const { segmentBytes, segments, clock, log, backend } = context;
  const { launched, ...parts } = started;
  const runLog = new RunLog({
    segments: { directory: parts.place.logs, segmentBytes },
    keep: segments,
    clock,
    log,
  });
  return new Run({ ...parts, log: runLog, backend, clock, logger: log }, launched);
}
