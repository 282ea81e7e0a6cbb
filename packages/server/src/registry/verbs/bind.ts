import { ApiError, kindOf, type Pod, type PodCondition } from "@ordinal/api";
import type { Ref } from "@ordinal/client";
import { timestamp } from "@ordinal/runtime";
import type { Context } from "../context.ts";
import { changeObject, plainly } from "./change.ts";

/** Puts a pod on a node, once. Source: upstream `pkg/registry/core/pod/storage`, `setPodHostAndAnnotations`. */
export async function bindPod(context: Context, at: Ref, nodeName: string): Promise<void> {
  await changeObject(context, kindOf("pods"), {
    at,
    decide(current) {
      const pod = current as Pod;
      if (pod.metadata.deletionTimestamp !== undefined) {
        throw cannotBind(at, `pod ${at.name} is being deleted, cannot be assigned to a host`);
      }
      if ((pod.spec.nodeName ?? "") !== "") {
        throw cannotBind(at, `pod ${at.name} is already assigned to node "${pod.spec.nodeName}"`);
      }
      return plainly(onNode(pod, nodeName, timestamp(context.clock.now())));
    },
  });
}

function onNode(pod: Pod, nodeName: string, now: string): Pod {
  const others = (pod.status?.conditions ?? []).filter(({ type }) => type !== "PodScheduled");
  const scheduled: PodCondition = { type: "PodScheduled", status: "True", lastTransitionTime: now };
  return {
    ...pod,
    spec: { ...pod.spec, nodeName },
    status: { ...pod.status, conditions: [...others, scheduled] },
  };
}

function cannotBind(at: Ref, why: string): ApiError {
  return new ApiError("Conflict", `Operation cannot be fulfilled on pods/binding "${at.name}": ${why}`, {
    details: { name: at.name, kind: "pods/binding" },
  });
}
