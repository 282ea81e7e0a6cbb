import type { Container, Pod, PodSpec } from "../types.ts";
import type { Causes } from "./causes.ts";
import { describeChange, isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { podSpecCauses, tolerationsCauses } from "./pod-spec.ts";

type Toleration = NonNullable<PodSpec["tolerations"]>[number];
const updatable = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

/** Source: `ValidatePodCreate`. */
export function* podCauses(pod: Pod): Causes {
  yield* podSpecCauses(pod.spec, { path: "spec" });
  if ((pod.spec.ephemeralContainers ?? []).length > 0) {
    yield field.forbidden("spec.ephemeralContainers", "cannot be set on create");
  }
  if (pod.spec.nodeName && (pod.spec.schedulingGates ?? []).length > 0) {
    yield field.forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared");
  }
}

/** What may change in a pod: images, a shorter deadline, more tolerations, fewer scheduling gates. Source: `ValidatePodUpdate`. */
export function* podUpdateCauses(next: Pod, before: Pod): Causes {
  yield* podSpecCauses(next.spec, { path: "spec" });
  for (const list of ["containers", "initContainers"] as const) {
    if ((next.spec[list] ?? []).length === (before.spec[list] ?? []).length) continue;
    yield field.forbidden(`spec.${list}`, "pod updates may not add or remove containers");
    return;
  }
  yield* deadlineCauses(next.spec.activeDeadlineSeconds, before.spec.activeDeadlineSeconds);
  yield* tolerationUpdateCauses(next.spec.tolerations ?? [], before.spec.tolerations ?? []);
  const known = new Set((before.spec.schedulingGates ?? []).map((gate) => gate.name));
  for (const [index, { name }] of (next.spec.schedulingGates ?? []).entries()) {
    if (known.has(name)) continue;
    const message = `only deletion is allowed, but found new scheduling gate '${name}'`;
    yield field.forbidden(`spec.schedulingGates[${index}].name`, message);
  }
  const compared = withUpdatableFieldsOf(before.spec, next.spec);
  if (isSame(compared, before.spec)) return;
  const message = `pod updates may not change fields other than ${updatable.join(",")}`;
  yield field.forbidden("spec", `${message}\n${describeChange(before.spec, compared)}`);
}

function* deadlineCauses(next: number | undefined, before: number | undefined): Causes {
  const path = "spec.activeDeadlineSeconds";
  if (before === undefined) return;
  if (next === undefined) yield field.invalid(path, next, "must not update from a positive integer to nil value");
  else if (next > before) yield field.invalid(path, next, "must be less than or equal to previous value");
}

function* tolerationUpdateCauses(next: readonly Toleration[], before: readonly Toleration[]): Causes {
  const isKept = (old: Toleration) =>
    next.some((each) => isSame({ ...each, tolerationSeconds: 0 }, { ...old, tolerationSeconds: 0 }));
  if (before.every(isKept)) yield* tolerationsCauses(next, "spec.tolerations");
  else
    yield field.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds");
}

/** The new spec with everything that may change put back, so that whatever still differs is forbidden. */
function withUpdatableFieldsOf(before: PodSpec, next: PodSpec): PodSpec {
  const restored: Record<string, unknown> = { ...next, containers: withImages(next.containers, before.containers) };
  if (next.initContainers !== undefined) {
    restored["initContainers"] = withImages(next.initContainers, before.initContainers);
  }
  for (const key of ["activeDeadlineSeconds", "tolerations", "schedulingGates"] as const) {
    if (before[key] === undefined) delete restored[key];
    else restored[key] = before[key];
  }
  const wasNegative = (before.terminationGracePeriodSeconds ?? 0) < 0;
  if (wasNegative && next.terminationGracePeriodSeconds === 1) {
    restored["terminationGracePeriodSeconds"] = before.terminationGracePeriodSeconds;
  }
  return restored as unknown as PodSpec;
}

function withImages(next: readonly Container[], before: readonly Container[] = []): readonly Container[] {
  return next.map((container, index) => {
    const image = before[index]?.image;
    return image === undefined ? container : { ...container, image };
  });
}
