import type { Container, Pod } from "@ordinal/api";
import type { EventRecorder } from "@ordinal/client";

/** The events of one pod, in upstream's words. Source: `pkg/kubelet/events` and the places that record them. */
export interface PodEvents {
  pulled(container: Container): void;
  started(container: Container): void;
  killing(message: string): void;
  failed(message: string): void;
  failedPull(container: Container, message: string): void;
  backOffPull(container: Container): void;
  backOffRestart(container: Container): void;
  failedMount(message: string): void;
  failedSandbox(message: string): void;
  slowOwnership(message: string): void;
  evicted(message: string): void;
  probe(kind: string, result: { readonly is: "warning" | "failure"; readonly message: string }): void;
  hookFailed(hook: "PostStart" | "PreStop", message: string): void;
  deadlineExceeded(): void;
  namesNotServed(boundMs: number): void;
}

/** Records for this pod. */
export function createPodEvents(events: EventRecorder, pod: Pod): PodEvents {
  const normal = (reason: string, message: string): void => events.record(pod, { type: "Normal", reason, message });
  const warn = (reason: string, message: string): void => events.record(pod, { type: "Warning", reason, message });
  const { name: podName, namespace = "", uid } = pod.metadata;
  return {
    pulled: ({ image = "" }) => normal("Pulled", `Container image ${JSON.stringify(image)} already present on machine`),
    started({ name }) {
      normal("Created", `Created container: ${name}`);
      normal("Started", `Started container ${name}`);
    },
    killing: (message) => normal("Killing", message),
    failed: (message) => warn("Failed", `Error: ${message}`),
    failedPull({ image = "" }, message) {
      warn("Failed", `Failed to pull image ${JSON.stringify(image)}: ${message}`);
      warn("Failed", "Error: ErrImagePull");
    },
    backOffPull({ image = "" }) {
      normal("BackOff", `Back-off pulling image ${JSON.stringify(image)}`);
      warn("Failed", "Error: ImagePullBackOff");
    },
    backOffRestart({ name }) {
      warn("BackOff", `Back-off restarting failed container ${name} in pod ${podName}_${namespace}(${uid})`);
    },
    failedMount: (message) => warn("FailedMount", message),
    failedSandbox: (message) => warn("FailedCreatePodSandBox", `Failed to create pod sandbox: ${message}`),
    slowOwnership: (message) => warn("VolumePermissionChangeInProgress", message),
    evicted: (message) => warn("Evicted", message),
    probe(kind, { is, message }) {
      if (is === "warning") warn("ProbeWarning", `${kind} probe warning: ${message}`);
      else warn("Unhealthy", `${kind} probe failed: ${message}`);
    },
    hookFailed: (hook, message) => warn(`Failed${hook}Hook`, message),
    deadlineExceeded: () => normal("DeadlineExceeded", "Pod was active on the node longer than specified deadline"),
    namesNotServed(boundMs) {
      warn("DNSNotServing", `DNS did not follow within ${boundMs / 1_000}s; the pod goes on without it`);
    },
  };
}
