import type { DeepReadonly, PersistentVolumeClaim } from "./types.ts";

/** How far the expansion of a claim is: `status.allocatedResourceStatuses.storage`. */
export type ResizeStatus =
  | "ControllerResizeInProgress"
  | "ControllerResizeInfeasible"
  | "NodeResizePending"
  | "NodeResizeInProgress"
  | "NodeResizeInfeasible";

export type ResizeConditionType = "Resizing" | "FileSystemResizePending" | "ControllerResizeError" | "NodeResizeError";

/** A condition that is true from now on. */
export interface ResizeCondition {
  readonly type: ResizeConditionType;
  readonly message?: string;
}

type ClaimStatus = NonNullable<PersistentVolumeClaim["status"]>;
type ClaimCondition = DeepReadonly<NonNullable<ClaimStatus["conditions"]>[number]>;

const conditionTypes: readonly string[] = [
  "Resizing",
  "FileSystemResizePending",
  "ControllerResizeError",
  "NodeResizeError",
] satisfies readonly ResizeConditionType[];

export interface ResizeChange {
  /** Left out: the expansion is over, or none goes on. */
  readonly status?: ResizeStatus;
  /** The size that is being worked towards. Left out: as it was. */
  readonly allocated?: string;
  /** The size there is. Left out: as it was. */
  readonly capacity?: string;
  readonly conditions: readonly ResizeCondition[];
  /** Conditions of resizing that are not among the new ones stay. Defaults to false. */
  readonly keepConditions?: boolean;
  /** RFC 3339. */
  readonly now: string;
}

/** How far the expansion of this claim is; undefined when none goes on. */
export function resizeStatusOf({ status }: PersistentVolumeClaim): string | undefined {
  return status?.allocatedResourceStatuses?.["storage"];
}

/** The claim with a step of its expansion in its status. Source: external-resizer `resize_status.go`, `resize_util.go`. */
export function withResize(claim: PersistentVolumeClaim, change: ResizeChange): PersistentVolumeClaim {
  const { allocatedResources, allocatedResourceStatuses, conditions, ...status } = claim.status ?? {};
  const { storage: _, ...otherStatuses } = allocatedResourceStatuses ?? {};
  const statuses = change.status === undefined ? otherStatuses : { ...otherStatuses, storage: change.status };
  const allocated = change.allocated === undefined ? {} : { storage: change.allocated };
  const merged = mergeConditions(conditions ?? [], change);
  return {
    ...claim,
    status: {
      ...status,
      ...(change.capacity === undefined ? {} : { capacity: { ...status.capacity, storage: change.capacity } }),
      ...ifAny("allocatedResources", { ...allocatedResources, ...allocated }),
      ...ifAny("allocatedResourceStatuses", statuses),
      ...(merged.length === 0 ? {} : { conditions: merged }),
    },
  };
}

function mergeConditions(
  before: readonly ClaimCondition[],
  { conditions, keepConditions = false, now }: ResizeChange,
): readonly ClaimCondition[] {
  const added = conditions.map(({ type, message }) => {
    const same = before.find((each) => each.type === type && each.status === "True" && each.message === message);
    const fresh = { type, status: "True", lastTransitionTime: now, ...(message === undefined ? {} : { message }) };
    return same ?? fresh;
  });
  const isReplaced = (type: string): boolean => conditions.some((each) => each.type === type);
  const kept = before.filter(({ type }) => {
    return !isReplaced(type) && (keepConditions || !conditionTypes.includes(type));
  });
  return [...kept, ...added];
}

function ifAny(name: string, values: Readonly<Record<string, string>>): object {
  return Object.keys(values).length === 0 ? {} : { [name]: values };
}
