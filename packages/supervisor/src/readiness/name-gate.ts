import { isPodReady, isWaitingForNames, type Pod } from "@ordinal/api";
import type { Readiness } from "../status/conditions.ts";
import { publishedRevision, withdrawnRevision, type NamesWorld } from "./plan-readiness.ts";

/** What one pod's wait for DNS has come to. Kept between reconciles; a new one starts whenever the wait does. */
export interface NameWait {
  readonly sinceMs: number;
  /** The revision at which the API first showed that the pod waits; slices older than that do not count. */
  readonly after?: number;
  /** The revision to wait for, from the moment it is known: later changes of the same slices do not lengthen the wait. */
  readonly revision?: number;
  /** The wait is over, by DNS or by the bound; it does not begin again. */
  readonly isOver: boolean;
  /** The bound ended it. */
  readonly hasTimedOut: boolean;
}

export interface NameGateFacts {
  readonly pod: Pod;
  readonly world: NamesWorld;
  /** The highest revision in the answers of DNS. */
  readonly servedRevision: number;
  readonly nowMs: number;
  /** How long to wait at most. */
  readonly boundMs: number;
}

/** The wait until every name of a pod leads to it. Pure: give it the wait so far, keep what comes back. */
export function waitUntilNamed(before: NameWait | undefined, facts: NameGateFacts): NameWait {
  if (before?.isOver === true) return before;
  const after = before?.after ?? shownWaiting(facts.pod);
  const wait = advance(before, facts, () => publishedRevision(facts.pod, facts.world, after));
  return after === undefined ? wait : { ...wait, after };
}

/** The wait until no name leads to a pod any more. */
export function waitUntilWithdrawn(before: NameWait | undefined, facts: NameGateFacts): NameWait {
  return advance(before, facts, () => withdrawnRevision(facts.pod, facts.world));
}

/** The same as the Ready condition says it. */
export function readinessOf(wait: NameWait | undefined): Readiness {
  if (wait?.isOver === true) return { is: "ready" };
  const message =
    wait?.revision === undefined
      ? "waiting for the endpoints of the pod's services"
      : "waiting for DNS to serve the pod's names";
  return { is: "waiting", message };
}

/** A pod still shown Ready was never shown otherwise, so nobody has taken its names back. */
function shownWaiting(pod: Pod): number | undefined {
  if (isPodReady(pod)) return 0;
  return isWaitingForNames(pod) ? Number(pod.metadata.resourceVersion) : undefined;
}

function advance(
  before: NameWait | undefined,
  { nowMs, boundMs, servedRevision }: NameGateFacts,
  find: () => number | undefined,
): NameWait {
  if (before?.isOver === true) return before;
  const sinceMs = before?.sinceMs ?? nowMs;
  const revision = before?.revision ?? find();
  const isServed = revision !== undefined && revision <= servedRevision;
  const hasTimedOut = !isServed && nowMs - sinceMs >= boundMs;
  const wait = { sinceMs, isOver: isServed || hasTimedOut, hasTimedOut };
  return revision === undefined ? wait : { ...wait, revision };
}
