import { labelNameProblem } from "../names.ts";
import { matches, selectorOf } from "../selectors.ts";
import type { LabelSelector, StatefulSet } from "../types.ts";
import { invalidEach, nonnegative, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { claimSpecCauses } from "./claim-spec.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { annotationCauses, labelCauses } from "./metadata.ts";
import { podSpecCauses } from "./pod-spec.ts";
import { selectorCauses } from "./selector.ts";

type Spec = StatefulSet["spec"];
type Template = Spec["template"];

/** Fields of the spec that may change after creation. */
const mutable = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

/**
 * Source: `ValidateStatefulSetSpec`. Upstream v1.33 leaves the pod template and the claim templates unchecked, so that
 * the pods fail one by one with an event; like later versions we refuse the set at once.
 */
export function* statefulSetCauses(set: StatefulSet): Causes {
  yield* specCauses(set.spec);
  yield* podTemplateCauses(set.spec);
  yield* claimTemplateCauses(set.spec);
}

/** Source: `ValidateStatefulSetUpdate`. A template that was wrong before may stay as it is. */
export function* statefulSetUpdateCauses(next: StatefulSet, before: StatefulSet): Causes {
  yield* specCauses(next.spec);
  if (!isSame(next.spec.template, before.spec.template)) yield* podTemplateCauses(next.spec);
  const fixed = (spec: Spec) => Object.fromEntries(Object.entries(spec).filter(([key]) => !mutable.includes(key)));
  if (isSame(fixed(next.spec), fixed(before.spec))) return;
  const [last, ...others] = mutable.toReversed().map((key) => `'${key}'`);
  const list = `${others.toReversed().join(", ")} and ${last}`;
  yield field.forbidden("spec", `updates to statefulset spec for fields other than ${list} are forbidden`);
}

function* specCauses(spec: Spec): Causes {
  const policies = ["OrderedReady", "Parallel"];
  if (!policies.includes(spec.podManagementPolicy ?? "")) {
    yield field.invalid("spec.podManagementPolicy", spec.podManagementPolicy, "must be 'OrderedReady' or 'Parallel'");
  }
  yield* updateStrategyCauses(spec.updateStrategy ?? {});
  for (const key of ["whenDeleted", "whenScaled"] as const) {
    const value = spec.persistentVolumeClaimRetentionPolicy?.[key];
    yield* oneOfIfAny(`spec.persistentVolumeClaimRetentionPolicy.${key}`, value, ["Delete", "Retain"]);
  }
  yield* nonnegative("spec.replicas", spec.replicas);
  yield* nonnegative("spec.minReadySeconds", spec.minReadySeconds);
  yield* nonnegative("spec.revisionHistoryLimit", spec.revisionHistoryLimit);
  yield* nonnegative("spec.ordinals.start", spec.ordinals?.start);
  yield* selectionCauses(spec.selector, spec.template);
  const { restartPolicy, activeDeadlineSeconds } = spec.template.spec ?? {};
  if (restartPolicy !== "Always")
    yield field.notSupported("spec.template.spec.restartPolicy", restartPolicy, ["Always"]);
  if (activeDeadlineSeconds !== undefined) {
    const message = "activeDeadlineSeconds in StatefulSet is not Supported";
    yield field.forbidden("spec.template.spec.activeDeadlineSeconds", message);
  }
}

function* updateStrategyCauses(strategy: NonNullable<Spec["updateStrategy"]>): Causes {
  const { type, rollingUpdate } = strategy;
  const path = "spec.updateStrategy";
  if (type === "OnDelete") {
    const message = "only allowed for updateStrategy 'RollingUpdate'";
    if (rollingUpdate !== undefined) yield field.invalid(`${path}.rollingUpdate`, rollingUpdate, message);
  } else if (type === "RollingUpdate") yield* nonnegative(`${path}.rollingUpdate.partition`, rollingUpdate?.partition);
  else yield field.invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'");
}

function* selectionCauses(selector: LabelSelector | undefined, template: Template): Causes {
  if (selector === undefined) {
    yield field.required("spec.selector");
    return;
  }
  const problems = [...selectorCauses(selector, "spec.selector")];
  yield* problems;
  if (Object.keys(selector).length === 0) {
    yield field.invalid("spec.selector", selector, "empty selector is invalid for statefulset");
  }
  const labels = template.metadata?.labels;
  if (problems.length > 0 || matches(selectorOf(selector), labels)) return;
  yield field.invalid("spec.template.metadata.labels", labels ?? {}, "`selector` does not match template `labels`");
}

function* podTemplateCauses(spec: Spec): Causes {
  const { metadata, spec: podSpec } = spec.template;
  yield* labelCauses(metadata?.labels, "spec.template.labels");
  yield* annotationCauses(metadata?.annotations, "spec.template.annotations");
  const claims = (spec.volumeClaimTemplates ?? []).flatMap((claim) => claim.metadata?.name ?? []);
  if (podSpec === undefined) yield field.required("spec.template.spec.containers");
  else yield* podSpecCauses(podSpec, { path: "spec.template.spec", claims });
}

function* claimTemplateCauses(spec: Spec): Causes {
  const names = new Set<string>();
  for (const [index, { metadata, spec: claim }] of (spec.volumeClaimTemplates ?? []).entries()) {
    const path = `spec.volumeClaimTemplates[${index}]`;
    const name = metadata?.name ?? "";
    if (name === "") yield field.required(`${path}.metadata.name`);
    else yield* invalidEach(`${path}.metadata.name`, name, [labelNameProblem(name)]);
    if (names.has(name)) yield field.duplicate(`${path}.metadata.name`, name);
    names.add(name);
    yield* labelCauses(metadata?.labels, `${path}.metadata.labels`);
    yield* annotationCauses(metadata?.annotations, `${path}.metadata.annotations`);
    yield* claimSpecCauses(claim, `${path}.spec`);
  }
}
