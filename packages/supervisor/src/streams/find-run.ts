import { ApiError, type Container, type Pod } from "@ordinal/api";
import { containerId } from "../status/container-status.ts";
import { allContainers } from "../worker/plan.ts";
import type { ContainerView } from "../worker/pod-view.ts";

/** The container a request means: the named one, or the pod's only or first. Texts: `pkg/registry/core/pod` LogLocation. */
export function chooseContainer(pod: Pod, name: string | undefined): Container {
  const all = allContainers(pod);
  const wanted = name === undefined || name === "" ? pod.spec.containers[0] : all.find((each) => each.name === name);
  if (wanted !== undefined) return wanted;
  throw new ApiError("BadRequest", `container ${name ?? ""} is not valid for pod ${pod.metadata.name}`);
}

/** The attempt that runs now. Throws upstream's text when none does. */
export function runningAttempt(container: Container, view: ContainerView | undefined): number {
  if (view?.run?.is === "running") return view.run.attempt;
  throw new ApiError(
    "InternalError",
    `unable to upgrade connection: container not found (${JSON.stringify(container.name)})`,
  );
}

export interface LogWanted {
  readonly pod: Pod;
  readonly container: Container;
  readonly previous: boolean;
}

/** The attempt whose log is asked for. Texts: kubelet `validateContainerLogStatus`. */
export function loggedAttempt({ pod, container, previous }: LogWanted, view: ContainerView | undefined): number {
  const quoted = `${JSON.stringify(container.name)} in pod ${JSON.stringify(pod.metadata.name)}`;
  const run = view?.run;
  if (previous) {
    const attempt = run === undefined ? undefined : run.attempt - 1;
    if (attempt !== undefined && view?.previous?.attempt === attempt) return attempt;
    throw new ApiError("BadRequest", `previous terminated container ${quoted} not found`);
  }
  if (run !== undefined && view?.inSandbox === true) return run.attempt;
  if (run !== undefined) {
    const id = containerId(pod, container.name, run.attempt);
    throw new ApiError("BadRequest", `unable to retrieve container logs for ${id}`);
  }
  throw new ApiError("BadRequest", `container ${quoted} is waiting to start: ${waitingFor(view?.blocked?.reason)}`);
}

function waitingFor(reason: string | undefined): string {
  if (reason === "ErrImagePull") return "image can't be pulled";
  if (reason === "ImagePullBackOff") return "trying and failing to pull image";
  return reason ?? "ContainerCreating";
}
