import { labels, type Draft, type Node } from "@ordinal/api";
import { timestamp } from "@ordinal/runtime";

/** What is known of the machine. */
export interface Machine {
  readonly hostname: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly kernelVersion: string;
  readonly osImage: string;
  /** Go's word: `amd64`, `arm64`. */
  readonly architecture: string;
  /** Go's word: `linux`, `darwin`. */
  readonly operatingSystem: string;
  readonly bootId: string;
  readonly machineId: string;
}

export interface NodeFacts {
  readonly name: string;
  readonly address: string;
  readonly machine: Machine;
  readonly runtime: "sandbox" | "process";
  readonly version: string;
  readonly nowMs: number;
}

const mostPods = 250;

/** The Node as it is created; its labels are those kubelet sets. */
export function nodeDraft({ name, machine }: NodeFacts): Draft<Node> {
  return {
    metadata: {
      name,
      labels: {
        [labels.hostname]: name,
        "kubernetes.io/os": machine.operatingSystem,
        "kubernetes.io/arch": machine.architecture,
        "beta.kubernetes.io/os": machine.operatingSystem,
        "beta.kubernetes.io/arch": machine.architecture,
        "node-role.kubernetes.io/control-plane": "",
      },
    },
  };
}

/** The status a Ready node has. Conditions keep the transition time they had. Source: kubelet `nodestatus/setters.go`. */
export function nodeStatus(facts: NodeFacts, before: Node | undefined): NonNullable<Node["status"]> {
  const { machine, name, address } = facts;
  const resources = {
    cpu: String(machine.cpus),
    memory: `${Math.floor(machine.memoryBytes / 1_024)}Ki`,
    "ephemeral-storage": `${Math.floor(machine.diskBytes / 1_024)}Ki`,
    pods: String(mostPods),
  };
  const version = `v1.33.0+ordinal${facts.version}`;
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [
      { type: "InternalIP", address },
      { type: "Hostname", address: machine.hostname },
    ],
    conditions: conditions(facts, before),
    nodeInfo: {
      architecture: machine.architecture,
      bootID: machine.bootId,
      containerRuntimeVersion: `ordinal-${facts.runtime}://${facts.version}`,
      kernelVersion: machine.kernelVersion,
      kubeProxyVersion: "",
      kubeletVersion: version,
      machineID: machine.machineId,
      operatingSystem: machine.operatingSystem,
      osImage: machine.osImage,
      systemUUID: machine.machineId === "" ? name : machine.machineId,
    },
  };
}

const healthy = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
] as const;

function conditions(
  { nowMs }: NodeFacts,
  before: Node | undefined,
): NonNullable<NonNullable<Node["status"]>["conditions"]> {
  return healthy.map(([type, status, reason, message]) => {
    const earlier = before?.status?.conditions?.find((condition) => condition.type === type);
    const isSame = earlier?.status === status && earlier.lastTransitionTime !== undefined;
    const now = timestamp(nowMs);
    return {
      type,
      status,
      reason,
      message,
      lastHeartbeatTime: now,
      lastTransitionTime: isSame ? earlier.lastTransitionTime : now,
    };
  });
}
