import type { Pod, StatefulSet } from "@ordinal/api";
import type { EventRecorder } from "@ordinal/client";
import { describeError } from "@ordinal/runtime";

type Verb = "create" | "update" | "delete";

/** The events of a set, in upstream's words. Source: `recordPodEvent`, `recordClaimEvent` of `stateful_pod_control.go`. */
export interface SetEvents {
  pod(set: StatefulSet, podName: string, outcome: Outcome): void;
  claim(set: StatefulSet, claimName: string, outcome: Outcome & { readonly podName: string }): void;
  recreating(set: StatefulSet, pod: Pod): void;
  replacingStuck(set: StatefulSet, pod: Pod): void;
}

/** What was tried; with an error it failed. */
interface Outcome {
  readonly verb: Verb;
  readonly error?: unknown;
}

const capitalized = { create: "Create", update: "Update", delete: "Delete" } as const;

export function createSetEvents(recorder: EventRecorder): SetEvents {
  function say(set: StatefulSet, { verb, error }: Outcome, message: string): void {
    const [type, prefix] = error === undefined ? (["Normal", "Successful"] as const) : (["Warning", "Failed"] as const);
    recorder.record(set, { type, reason: `${prefix}${capitalized[verb]}`, message });
  }

  return {
    pod(set, podName, outcome) {
      const tried = `${outcome.verb} Pod ${podName} in StatefulSet ${set.metadata.name}`;
      say(set, outcome, outcome.error === undefined ? `${tried} successful` : `${tried} ${failure(outcome)}`);
    },
    claim(set, claimName, outcome) {
      const { verb, podName } = outcome;
      const message =
        outcome.error === undefined
          ? `${verb} Claim ${claimName} Pod ${podName} in StatefulSet ${set.metadata.name} success`
          : `${verb} Claim ${claimName} for Pod ${podName} in StatefulSet ${set.metadata.name} ${failure(outcome)}`;
      say(set, outcome, message);
    },
    recreating(set, pod) {
      const isFailed = pod.status?.phase === "Failed";
      recorder.record(set, {
        type: isFailed ? "Warning" : "Normal",
        reason: isFailed ? "RecreatingFailedPod" : "RecreatingTerminatedPod",
        message: `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is recreating ${isFailed ? "failed" : "terminated"} Pod ${pod.metadata.name}`,
      });
    },
    replacingStuck(set, pod) {
      recorder.record(set, {
        type: "Normal",
        reason: "ReplacingStuckPod",
        message: `StatefulSet ${set.metadata.namespace}/${set.metadata.name} is replacing Pod ${pod.metadata.name}, which is not ready and of a revision that is no longer wanted`,
      });
    },
  };
}

function failure({ error }: Outcome): string {
  return `failed error: ${describeError(error)}`;
}
