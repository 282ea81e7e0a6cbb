import { controllerOf, type ControllerRevision, type Scale, type StatefulSet } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, wide, type TablePrinter } from "./table.ts";
import { containerCells } from "./text.ts";

export const statefulSetTable: TablePrinter<StatefulSet> = {
  columns: [
    nameColumn,
    column("Ready", "Pods that are ready, of all that are wanted."),
    ageColumn,
    column("Containers", "Names of the containers in the template.", wide),
    column("Images", "Images of the containers in the template.", wide),
  ],
  cells: (set, nowMs) => [
    set.metadata.name,
    `${set.status?.readyReplicas ?? 0}/${set.spec.replicas ?? 0}`,
    timeSince(set.metadata.creationTimestamp, nowMs),
    ...containerCells(set.spec.template.spec?.containers ?? []),
  ],
};

export const scaleTable: TablePrinter<Scale> = {
  columns: [
    nameColumn,
    column("Desired", "Pods that are wanted.", { type: "integer" }),
    column("Available", "Pods there are.", { type: "integer" }),
    ageColumn,
  ],
  cells: (scale, nowMs) => [
    scale.metadata.name,
    scale.spec?.replicas ?? 0,
    scale.status?.replicas ?? 0,
    timeSince(scale.metadata.creationTimestamp, nowMs),
  ],
};

export const controllerRevisionTable: TablePrinter<ControllerRevision> = {
  columns: [
    nameColumn,
    column("Controller", "The object this is a revision of."),
    column("Revision", "Counts up with every change."),
    ageColumn,
  ],
  cells(revision, nowMs) {
    return [
      revision.metadata.name,
      controllerName(revision),
      revision.revision,
      timeSince(revision.metadata.creationTimestamp, nowMs),
    ];
  },
};

/** `statefulset.apps/web`. */
function controllerName(revision: ControllerRevision): string {
  const owner = controllerOf(revision);
  if (owner === undefined) return "<none>";
  const [group, version] = owner.apiVersion.split("/");
  const suffix = version === undefined ? "" : `.${group}`;
  return `${owner.kind.toLowerCase()}${suffix}/${owner.name}`;
}
