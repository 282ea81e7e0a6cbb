import {
  controllerReference,
  type ControllerRevision,
  type Draft,
  type PodTemplate,
  type StatefulSet,
} from "@ordinal/api";
import type { Revision } from "./identity.ts";
import { revisionHash } from "./revision-hash.ts";
import { sortKeys, stableJson } from "./stable-json.ts";

/** Repeats the label of the same name on upstream's revisions. */
const hashLabel = "controller.kubernetes.io/hash";

/** How to get to the revision that stands for the set's template. */
export type RevisionPlan =
  | { readonly do: "keep"; readonly revision: ControllerRevision }
  /** The template is one the set has had before: the same revision, with a number that makes it the newest. */
  | { readonly do: "renumber"; readonly revision: ControllerRevision }
  | { readonly do: "create"; readonly revision: Draft<ControllerRevision> };

/** Source: `getStatefulSetRevisions`. */
export function planRevision(
  set: StatefulSet,
  history: readonly ControllerRevision[],
  collisionCount: number,
): RevisionPlan {
  const sorted = sortRevisions(history);
  const newest = sorted.at(-1);
  const number = (newest?.revision ?? 0) + 1;
  const equal = sorted.findLast((each) => hasContentOf(each, set));
  if (equal === undefined) return { do: "create", revision: newRevision(set, number, collisionCount) };
  if (newest !== undefined && hasContentOf(newest, set)) return { do: "keep", revision: newest };
  return { do: "renumber", revision: { ...equal, revision: number } };
}

/** Oldest first. */
function sortRevisions(history: readonly ControllerRevision[]): readonly ControllerRevision[] {
  return history.toSorted(
    (a, b) =>
      a.revision - b.revision ||
      a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
      a.metadata.name.localeCompare(b.metadata.name),
  );
}

/** Whether the revision stands for the set's template. */
export function hasContentOf(revision: ControllerRevision, set: StatefulSet): boolean {
  return contentOf(readRevision(revision).template) === contentOf(set.spec.template);
}

/** The revisions beyond `revisionHistoryLimit`, oldest first; those in `live` do not count and stay. Source: `truncateHistory`. */
export function expiredRevisions(
  set: StatefulSet,
  history: readonly ControllerRevision[],
  live: ReadonlySet<string>,
): readonly ControllerRevision[] {
  const idle = sortRevisions(history).filter((each) => !live.has(each.metadata.name));
  const limit = set.spec.revisionHistoryLimit ?? 10;
  return limit < 0 ? [] : idle.slice(0, Math.max(0, idle.length - limit));
}

/** What pods of this revision are made from. Source: `ApplyRevision`. */
export function readRevision(revision: ControllerRevision): Revision {
  const data = (revision.data ?? {}) as { readonly spec?: { readonly template?: PodTemplate } };
  const { $patch: _, ...template } = (data.spec?.template ?? {}) as PodTemplate & { readonly $patch?: string };
  return { name: revision.metadata.name, template };
}

/** Source: `newRevision`, `NewControllerRevision`. */
function newRevision(set: StatefulSet, revision: number, collisionCount: number): Draft<ControllerRevision> {
  const data = revisionData(set);
  const hash = revisionHash(JSON.stringify(data), collisionCount);
  return {
    metadata: {
      name: `${set.metadata.name.slice(0, 223)}-${hash}`,
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      labels: { ...set.spec.template.metadata?.labels, [hashLabel]: hash },
      ...(set.metadata.annotations === undefined ? {} : { annotations: set.metadata.annotations }),
      ownerReferences: [controllerReference(set)],
    },
    data,
    revision,
  };
}

/**
 * A strategic merge patch that brings the set back to this template: what `kubectl rollout undo` sends. Key order and
 * the empty creationTimestamp are upstream's, because kubectl compares it byte by byte with its own rendering.
 */
function revisionData(set: StatefulSet): object {
  const { metadata, ...template } = set.spec.template;
  const saved = { ...template, metadata: { ...metadata, creationTimestamp: null }, $patch: "replace" };
  return sortKeys({ spec: { template: saved } }) as object;
}

function contentOf({ metadata, ...template }: PodTemplate): string {
  return stableJson({ ...template, metadata: { ...metadata, creationTimestamp: null } });
}
