import { isApiError, type KubeObject, type ResourceName, type StatefulSet } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { describeError, unreachable } from "@ordinal/runtime";
import type { SetEvents } from "./set-events.ts";
import type { Step } from "./step.ts";

export interface Actor {
  readonly client: Client;
  readonly events: SetEvents;
  /** Called with what each write answered. */
  readonly onWritten: (resource: ResourceName, written: KubeObject) => void;
}

/** Carries out one step and says so on the set. Throws what the API refused, after saying that too. */
export async function act(set: StatefulSet, step: Step, actor: Actor): Promise<void> {
  switch (step.do) {
    case "create-claim":
      return await createClaim(set, step, actor);
    case "update-claim":
      return await saying(set, { ...actor, podName: step.podName, verb: "update", isQuiet: true }, async () => {
        actor.onWritten("persistentvolumeclaims", await actor.client.update("persistentvolumeclaims", step.claim));
      });
    case "create-pod":
      return await saying(set, { ...actor, podName: step.podName, verb: "create" }, async () => {
        actor.onWritten("pods", await actor.client.create("pods", step.pod));
      });
    case "update-pod":
      return await saying(set, { ...actor, podName: step.podName, verb: "update" }, async () => {
        actor.onWritten("pods", await actor.client.update("pods", step.pod));
      });
    case "delete-pod":
      return await deletePod(set, step, actor);
    case "refuse-pod":
      actor.events.pod(set, step.podName, { verb: "create", error: step.message });
      return;
    default:
      return unreachable(step);
  }
}

type StepOf<Do extends Step["do"]> = Extract<Step, { readonly do: Do }>;

async function createClaim(set: StatefulSet, step: StepOf<"create-claim">, actor: Actor): Promise<void> {
  const { claim, podName } = step;
  const name = claim.metadata.name ?? "";
  try {
    actor.onWritten("persistentvolumeclaims", await actor.client.create("persistentvolumeclaims", claim));
  } catch (error) {
    // Somebody was faster; a claim of this name is all that is needed.
    if (isApiError(error, "AlreadyExists")) return;
    actor.events.claim(set, name, { verb: "create", podName, error });
    const failure = new Error(`failed to create PVC ${name}: ${describeError(error)}`, { cause: error });
    actor.events.pod(set, podName, { verb: "create", error: failure.message });
    throw failure;
  }
  actor.events.claim(set, name, { verb: "create", podName });
}

async function deletePod(set: StatefulSet, { pod, because }: StepOf<"delete-pod">, actor: Actor): Promise<void> {
  const { name, namespace = "", uid } = pod.metadata;
  if (because === "finished") actor.events.recreating(set, pod);
  if (because === "stuck") actor.events.replacingStuck(set, pod);
  await saying(set, { ...actor, podName: name, verb: "delete" }, async () => {
    actor.onWritten("pods", await actor.client.delete("pods", { namespace, name }, { preconditions: { uid } }));
  });
}

interface Saying extends Actor {
  readonly podName: string;
  readonly verb: "create" | "update" | "delete";
  /** Speak of failure only. */
  readonly isQuiet?: boolean;
}

async function saying(set: StatefulSet, { events, podName, verb, isQuiet }: Saying, write: () => Promise<void>) {
  try {
    await write();
  } catch (error) {
    if (verb === "delete" && isApiError(error, "NotFound")) return;
    // The plan was made from a copy that was out of date: nothing the user should hear of.
    if (!isApiError(error, "AlreadyExists", "Conflict")) events.pod(set, podName, { verb, error });
    throw error;
  }
  if (isQuiet !== true) events.pod(set, podName, { verb });
}
