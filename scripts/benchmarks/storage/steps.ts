import type { PersistentVolume, PersistentVolumeClaim } from "@ordinal/api";
import type { Change } from "@ordinal/client";
import { percentile } from "../figures.ts";
import { showTable } from "../table.ts";
import type { VolumeWorld } from "./volume-world.ts";

/** When each change on the way of a claim was seen, by what changed. */
export interface StepLog {
  /** A claim is about to be created. */
  begin(): void;
  /** It is Bound. */
  end(): void;
  show(title: string): string;
  stop(): void;
}

type Either = PersistentVolume | PersistentVolumeClaim;

/** Listens to all claims and volumes; only one claim may be under way between `begin` and `end`. */
export function startStepLog({ claims, volumes }: Pick<VolumeWorld, "claims" | "volumes">): StepLog {
  const seen = new Map<string, number[]>();
  let begun: number | undefined;
  const listen =
    (kind: string) =>
    ({ before, after }: Change<Either>): void => {
      if (begun === undefined || after === undefined) return;
      const step = `${kind}: ${before === undefined ? "created" : describeChange(before, after)}`;
      const times = seen.get(step) ?? [];
      times.push(performance.now() - begun);
      seen.set(step, times);
    };
  const ends = [claims.onChange(listen("claim")), volumes.onChange(listen("volume"))];

  return {
    begin: () => (begun = performance.now()),
    end: () => (begun = undefined),
    show(title) {
      const steps = [...seen].toSorted((a, b) => median(a[1]) - median(b[1]));
      const rows = steps.map(([step, times], index) => {
        const since = median(times) - (index === 0 ? 0 : median(steps[index - 1]?.[1] ?? []));
        return [
          step,
          String(times.length),
          median(times).toFixed(2),
          since.toFixed(2),
          percentile(times, 0.99).toFixed(2),
        ];
      });
      return showTable(title, [["", "n", "p50 ms", "after the one before", "p99 ms"], ...rows]);
    },
    stop() {
      for (const end of ends) end();
    },
  };
}

function describeChange(before: Either, after: Either): string {
  const keys = (object: Either): readonly string[] => Object.keys(object.metadata.annotations ?? {});
  const phase = before.status?.phase === after.status?.phase ? "" : `phase ${after.status?.phase ?? "none"}`;
  const spec = JSON.stringify(before.spec) === JSON.stringify(after.spec) ? "" : "spec";
  const words = [
    added(keys(before), keys(after)),
    added(before.metadata.finalizers, after.metadata.finalizers),
    spec,
    phase,
  ];
  return words.filter((word) => word !== "").join(", ") || "something else";
}

/** `+word` for each that is new, without the domain of annotations and finalizers. */
function added(before: readonly string[] | undefined, after: readonly string[] | undefined): string {
  const all = (after ?? []).filter((each) => !(before ?? []).includes(each));
  return all.map((each) => `+${each.replace(/^.*\//, "")}`).join(" ");
}

function median(times: readonly number[]): number {
  return percentile(times, 0.5);
}
