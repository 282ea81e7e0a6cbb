import {
  ApiError,
  matches,
  showSelector,
  type Kind,
  type KubeObject,
  type ResourceName,
  type Selector,
} from "@ordinal/api";
import type { ListOptions } from "@ordinal/client";

/** Fields that can be selected on beside name and namespace. Source: v1.33 `pkg/apis/core/v1/conversion.go` and the registries. */
const selectable: Partial<Readonly<Record<ResourceName, readonly string[]>>> = {
  pods: [
    "spec.nodeName",
    "spec.restartPolicy",
    "spec.schedulerName",
    "spec.serviceAccountName",
    "spec.hostNetwork",
    "status.phase",
    "status.podIP",
    "status.podIPs",
    "status.nominatedNodeName",
  ],
  events: [
    "involvedObject.kind",
    "involvedObject.namespace",
    "involvedObject.name",
    "involvedObject.uid",
    "involvedObject.apiVersion",
    "involvedObject.resourceVersion",
    "involvedObject.fieldPath",
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  namespaces: ["status.phase"],
  nodes: ["spec.unschedulable"],
  secrets: ["type"],
  services: ["spec.clusterIP", "spec.type"],
};

/** Fields whose value is not simply what lies at their path. */
const computed: Readonly<Record<string, (object: KubeObject) => unknown>> = {
  source: (object) => at(object, "source.component") ?? at(object, "reportingComponent"),
  "status.podIPs": (object) => {
    const addresses = at(object, "status.podIPs") as readonly { readonly ip: string }[] | undefined;
    return addresses?.map(({ ip }) => ip).join(",");
  },
  "spec.hostNetwork": (object) => at(object, "spec.hostNetwork") ?? false,
  "spec.unschedulable": (object) => at(object, "spec.unschedulable") ?? false,
};

/** Which objects a list or watch is about. */
export type Where = Pick<ListOptions, "namespace" | "labelSelector" | "fieldSelector">;

/** A test for the selectors; throws BadRequest, in upstream's words, for a field that cannot be selected on. */
export function matcherOf(kind: Kind, where: Where): (object: KubeObject) => boolean {
  const { labelSelector = [], fieldSelector = [] } = where;
  const unsupported = fieldSelector.find(({ key }) => !isSelectable(kind, key));
  if (unsupported !== undefined) throw notSelectable(kind, where, unsupported.key);
  return (object) =>
    matches(labelSelector, object.metadata.labels) &&
    (fieldSelector.length === 0 || matches(fieldSelector, valuesOf(object, fieldSelector)));
}

/** The value a field must have, when the selector asks for exactly one. */
export function requiredField(selector: Selector | undefined, field: string): string | undefined {
  for (const requirement of selector ?? []) {
    if (requirement.operator === "in" && requirement.key === field && requirement.values.length === 1) {
      return requirement.values[0];
    }
  }
  return undefined;
}

function isSelectable(kind: Kind, field: string): boolean {
  if (field === "metadata.name") return true;
  return field === "metadata.namespace" ? kind.namespaced : (selectable[kind.plural] ?? []).includes(field);
}

function valuesOf(object: KubeObject, selector: Selector): Readonly<Record<string, string>> {
  return Object.fromEntries(
    selector.map(({ key }) => {
      const read = Object.hasOwn(computed, key) ? computed[key] : undefined;
      return [key, toText(read === undefined ? at(object, key) : read(object))];
    }),
  );
}

function toText(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(value);
}

function at(object: unknown, path: string): unknown {
  let value = object;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function notSelectable(kind: Kind, { labelSelector = [], fieldSelector = [] }: Where, field: string): ApiError {
  const why =
    selectable[kind.plural] === undefined
      ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
      : `field label not supported: ${field}`;
  return new ApiError(
    "BadRequest",
    `Unable to find "${kind.group}/${kind.version}, Resource=${kind.plural}" that match label selector ` +
      `"${showSelector(labelSelector)}", field selector "${showSelector(fieldSelector)}": ${why}`,
  );
}
