import { parseFieldSelector } from "@ordinal/api";
import { startInformer, type Client } from "@ordinal/client";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import type { Fact } from "../records/fact.ts";
import { podFacts } from "../records/makers.ts";
import type { RecordSettings } from "../records/settings.ts";

export interface PodFeedOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFacts: (before: readonly Fact[], after: readonly Fact[]) => void;
  /** Called when everything up to this revision has been handed on. */
  readonly onRevision: (revision: number) => void;
}

/** Says what the pods there are say. Once it is stopped, says no more, though what it said stays said. */
export interface PodFeed extends Stoppable {
  /** Resolves when every pod there was at the beginning has been handed on, or the feed is stopped. */
  readonly synced: Promise<void>;
  /** All that has been said and not taken back. */
  facts(): readonly Fact[];
}

/** Pods whose address is theirs; the server leaves the others out. Source: CoreDNS plugin/kubernetes/controller.go, `podListFunc`. */
const running = "status.phase!=Succeeded,status.phase!=Failed,status.phase!=Unknown";

/** Objects in one answer: of a pod's whole text, two addresses are kept. */
const pageSize = 100;

const settings: Pick<RecordSettings, "podNames"> = { podNames: "verified" };

/** Follows the pods, for names made of their addresses. Nobody waits for these: they take no part in the served revision. */
export function startPodFeed({ client, clock, log, onFacts, onRevision }: PodFeedOptions): PodFeed {
  const where = { fieldSelector: parseFieldSelector(running) };
  const pods = startInformer("pods", { client, clock, log, where, pageSize });
  const stopped = Promise.withResolvers<void>();
  const unfollow = pods.onChange(({ before, after }) => {
    onFacts(
      before === undefined ? [] : podFacts(before, settings),
      after === undefined ? [] : podFacts(after, settings),
    );
  });
  const unheed = pods.onRevision(onRevision);
  return {
    synced: Promise.race([pods.synced, stopped.promise]),
    facts: () => pods.list().flatMap((pod) => podFacts(pod, settings)),
    async stop() {
      unfollow();
      unheed();
      stopped.resolve();
      await pods.stop();
    },
  };
}
