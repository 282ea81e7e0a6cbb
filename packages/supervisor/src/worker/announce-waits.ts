import type { Pod } from "@ordinal/api";
import { allContainers } from "./plan.ts";
import { activeDeadline } from "./plan-pod.ts";
import type { PodEvents } from "./pod-events.ts";
import { isEnding, viewOf, type PodView } from "./pod-view.ts";
import { isOver, mainPolicy, isSidecar } from "./restart.ts";

/** Records what the passing of time alone brings about, each thing once: crash back-off and the pod's deadline. */
export function announceWaits(
  pod: Pod,
  view: PodView,
  { events, announced }: { readonly events: PodEvents; readonly announced: Set<string> },
): void {
  if (isEnding(view) || pod.metadata.deletionTimestamp !== undefined) return;
  for (const container of allContainers(pod)) {
    const known = viewOf(view, container);
    const waits = known.restart !== undefined && known.restart.atMs > view.nowMs;
    if (!waits || isOver(known, isSidecar(container) ? "Always" : mainPolicy(pod))) continue;
    once(announced, `${container.name} ${known.run?.attempt}`, () => events.backOffRestart(container));
  }
  const deadlineMs = activeDeadline(pod);
  if (deadlineMs !== undefined && view.nowMs >= deadlineMs)
    once(announced, "deadline", () => events.deadlineExceeded());
}

function once(announced: Set<string>, key: string, tell: () => void): void {
  if (announced.has(key)) return;
  announced.add(key);
  tell();
}
