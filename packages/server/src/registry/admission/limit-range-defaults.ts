import type { Container, LimitRange, Pod } from "@ordinal/api";

type Item = LimitRange["spec"]["limits"][number];
type Quantities = Item["default"];

const annotation = "kubernetes.io/limit-ranger";

/** A pod whose containers have the limits and requests of this range where they say none, and an annotation that tells so. Source: `mergePodResourceRequirements`. */
export function withContainerDefaults(pod: Pod, range: LimitRange): Pod {
  const items = range.spec.limits.filter(({ type }) => type === "Container");
  const defaults = {
    requests: Object.assign({}, ...items.map(({ defaultRequest }) => defaultRequest)) as Record<string, string>,
    limits: Object.assign({}, ...items.map((item) => item.default)) as Record<string, string>,
  };
  const notes: string[] = [];
  const complete = (what: string) => (container: Container) => {
    const { resources = {}, name } = container;
    for (const which of ["requests", "limits"] as const) {
      const missing = missingOf(resources[which], defaults[which]);
      if (missing.length > 0) notes.push(`${missing.join(", ")} ${which.slice(0, -1)} for ${what} ${name}`);
    }
    const merged = {
      ...resources,
      ...merge("requests", resources.requests, defaults.requests),
      ...merge("limits", resources.limits, defaults.limits),
    };
    return { ...container, resources: merged };
  };
  const containers = pod.spec.containers.map(complete("container"));
  const initContainers = pod.spec.initContainers?.map(complete("init container"));
  if (notes.length === 0) return pod;
  const annotations = { ...pod.metadata.annotations, [annotation]: `LimitRanger plugin set: ${notes.join("; ")}` };
  const spec = { ...pod.spec, containers, ...(initContainers === undefined ? {} : { initContainers }) };
  return { ...pod, metadata: { ...pod.metadata, annotations }, spec };
}

function missingOf(said: Quantities, defaults: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(defaults)
    .filter((name) => said?.[name] === undefined)
    .toSorted();
}

function merge(which: "requests" | "limits", said: Quantities, defaults: Readonly<Record<string, string>>): object {
  const all = { ...defaults, ...said };
  return Object.keys(all).length === 0 ? {} : { [which]: all };
}
