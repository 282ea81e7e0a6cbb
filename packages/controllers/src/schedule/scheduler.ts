import { annotations, isApiError, podCondition, wellKnown, type PersistentVolumeClaim, type Pod } from "@ordinal/api";
import { createEventRecorder, keyOf, refOf } from "@ordinal/client";
import { timestamp, type Stoppable } from "@ordinal/runtime";
import type { ControllerOptions } from "../controller-options.ts";
import { startController } from "../controller.ts";
import { planSchedule } from "./plan-schedule.ts";

/** Puts pods on the machine's one node once their claims are bound; says on the pod why it cannot. */
export function startScheduler({ client, informers, clock, log }: ControllerOptions): Stoppable {
  const pods = informers.of("pods");
  const claims = informers.of("persistentvolumeclaims");
  const classes = informers.of("storageclasses");
  const nodes = informers.of("nodes");
  const events = createEventRecorder({ client, clock, log, component: "default-scheduler" });
  const controller = startController({
    name: "scheduler",
    clock,
    log,
    reads: [pods, claims, classes, nodes],
    reconcile,
  });
  const waiting = (): readonly string[] => pods.by("node", "").map(keyOf);
  controller.follow(pods, ({ after }) =>
    after === undefined || (after.spec.nodeName ?? "") !== "" ? [] : [keyOf(after)],
  );
  controller.follow(claims, ({ before, after }) => usersOf(after ?? before));
  controller.follow(nodes, waiting);
  controller.follow(classes, waiting);

  function usersOf(claim: PersistentVolumeClaim | undefined): readonly string[] {
    return claim === undefined ? [] : pods.by("claim", keyOf(claim)).map(keyOf);
  }

  async function reconcile(key: string): Promise<void> {
    const pod = pods.get(key);
    if (pod === undefined) return;
    const step = planSchedule(pod, {
      node: nodes.get(wellKnown.nodeName),
      claim: (name) => claims.get(`${pod.metadata.namespace}/${name}`),
      storageClass: (name) => classes.get(name),
    });
    switch (step.do) {
      case "nothing":
      case "wait":
        return;
      case "bind":
        await bind(pod, step.nodeName);
        return;
      case "selectNode":
        for (const claim of step.claims) await selectNode(claim, step.nodeName);
        return;
      case "refuse":
        await refuse(pod, step.message);
    }
  }

  async function bind(pod: Pod, nodeName: string): Promise<void> {
    try {
      await client.bind(refOf(keyOf(pod)), nodeName);
    } catch (error) {
      if (isApiError(error, "NotFound", "Conflict")) return;
      throw error;
    }
    const message = `Successfully assigned ${keyOf(pod)} to ${nodeName}`;
    events.record(pod, { type: "Normal", reason: "Scheduled", message });
  }

  async function selectNode(claim: PersistentVolumeClaim, nodeName: string): Promise<void> {
    const body = {
      metadata: {
        annotations: { [annotations.selectedNode]: nodeName },
        resourceVersion: claim.metadata.resourceVersion,
      },
    };
    await client.patch("persistentvolumeclaims", refOf(keyOf(claim)), { type: "merge", body });
  }

  async function refuse(pod: Pod, message: string): Promise<void> {
    const current = podCondition(pod, "PodScheduled");
    if (current?.status === "False" && current.message === message) return;
    events.record(pod, { type: "Warning", reason: "FailedScheduling", message });
    const condition = {
      type: "PodScheduled",
      status: "False",
      reason: "Unschedulable",
      message,
      lastProbeTime: null,
      lastTransitionTime: current?.status === "False" ? current.lastTransitionTime : timestamp(clock.now()),
    };
    const body = { status: { conditions: [condition] } };
    await client.patch("pods", refOf(keyOf(pod)), { type: "strategic", body, subresource: "status" });
  }

  return controller;
}
