import { isDeepStrictEqual } from "node:util";
import {
  kindOf,
  type Kind,
  type KubeObject,
  type LimitRange,
  type PersistentVolumeClaim,
  type Pod,
} from "@ordinal/api";
import { forbidden } from "../failures.ts";
import { keyPrefix } from "../object-key.ts";
import type { ObjectStore } from "../object-store.ts";
import { withContainerDefaults } from "./limit-range-defaults.ts";
import { claimProblems, podProblems } from "./limit-range-problems.ts";

/** The limit ranges of every namespace, which complete and check pods and claims. Source: the admission plugin LimitRanger. */
export class LimitRanges {
  readonly #byNamespace = new Map<string, Map<string, LimitRange>>();

  /** With every range that is stored, and up to date from then on. */
  static async start(objects: ObjectStore): Promise<LimitRanges> {
    const ranges = new LimitRanges();
    const prefix = keyPrefix(kindOf("limitranges"));
    const { found, revision } = await objects.range({ prefix });
    for (const { object } of found) ranges.#keep(object as LimitRange);
    objects.watch({
      prefix,
      fromRevision: revision,
      onChange({ before, after }) {
        if (after !== undefined) ranges.#keep(after() as LimitRange);
        else if (before !== undefined) ranges.#forget(before() as LimitRange);
      },
    });
    return ranges;
  }

  /** A new pod with what its namespace gives to containers that say nothing themselves. */
  complete(kind: Kind, object: KubeObject): KubeObject {
    if (kind.plural !== "pods") return object;
    return this.#of(object).reduce(withContainerDefaults, object as Pod);
  }

  /** Throws ApiError Forbidden for a pod or claim outside the limits of its namespace. */
  check(kind: Kind, next: KubeObject, before: KubeObject | undefined): void {
    if (before !== undefined && !asksForMore(kind, next, before)) return;
    for (const range of this.#of(next)) {
      const problems = [...new Set(problemsOf(kind, range, next))];
      if (problems.length === 0) continue;
      const why = problems.length === 1 ? problems.join("") : `[${problems.join(", ")}]`;
      throw forbidden(kind, next.metadata.name, why);
    }
  }

  #of({ metadata }: KubeObject): readonly LimitRange[] {
    const ranges = [...(this.#byNamespace.get(metadata.namespace ?? "")?.values() ?? [])];
    return ranges.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  #keep(range: LimitRange): void {
    const { namespace = "", name } = range.metadata;
    const ranges = this.#byNamespace.get(namespace) ?? new Map<string, LimitRange>();
    this.#byNamespace.set(namespace, ranges.set(name, range));
  }

  #forget({ metadata: { namespace = "", name } }: LimitRange): void {
    const ranges = this.#byNamespace.get(namespace);
    ranges?.delete(name);
    if (ranges?.size === 0) this.#byNamespace.delete(namespace);
  }
}

function problemsOf(kind: Kind, range: LimitRange, object: KubeObject): Iterable<string> {
  if (kind.plural === "persistentvolumeclaims") return claimProblems(range, object as PersistentVolumeClaim);
  return kind.plural === "pods" ? podProblems(range, object as Pod) : [];
}

/**
 * Whether a change is about what is limited. Upstream checks every change of a claim, so that one from before the range can
 * not even be bound any more; here it can. A pod's containers do not change.
 */
function asksForMore(kind: Kind, next: KubeObject, before: KubeObject): boolean {
  if (kind.plural !== "persistentvolumeclaims") return false;
  const [asked, had] = [next, before].map((claim) => (claim as PersistentVolumeClaim).spec.resources?.requests);
  return !isDeepStrictEqual(asked, had);
}
