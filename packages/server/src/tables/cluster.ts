import type { Lease, Namespace, Node } from "@ordinal/api";
import { timeSince } from "./human-duration.ts";
import { ageColumn, column, nameColumn, wide, type TablePrinter } from "./table.ts";
import { orNone } from "./text.ts";

const rolePrefix = "node-role.kubernetes.io/";
const roleLabel = "kubernetes.io/role";

export const namespaceTable: TablePrinter<Namespace> = {
  columns: [nameColumn, column("Status", "Whether the namespace is in use or going."), ageColumn],
  cells: (namespace, nowMs) => [
    namespace.metadata.name,
    namespace.status?.phase ?? "",
    timeSince(namespace.metadata.creationTimestamp, nowMs),
  ],
};

export const nodeTable: TablePrinter<Node> = {
  columns: [
    nameColumn,
    column("Status", "Whether the node takes pods."),
    column("Roles", "Roles from the node's labels."),
    ageColumn,
    column("Version", "Version of what runs the pods."),
    column("Internal-IP", "First internal address.", wide),
    column("External-IP", "First external address.", wide),
    column("OS-Image", "Operating system.", wide),
    column("Kernel-Version", "Kernel.", wide),
    column("Container-Runtime", "What containers run on.", wide),
  ],
  cells: (node, nowMs) => [
    node.metadata.name,
    nodeStatus(node),
    orNone(nodeRoles(node).join(",")),
    timeSince(node.metadata.creationTimestamp, nowMs),
    node.status?.nodeInfo?.kubeletVersion ?? "",
    addressOf(node, "InternalIP"),
    addressOf(node, "ExternalIP"),
    node.status?.nodeInfo?.osImage || "<unknown>",
    node.status?.nodeInfo?.kernelVersion || "<unknown>",
    node.status?.nodeInfo?.containerRuntimeVersion || "<unknown>",
  ],
};

export const leaseTable: TablePrinter<Lease> = {
  columns: [nameColumn, column("Holder", "Who holds the lease."), ageColumn],
  cells: (lease, nowMs) => [
    lease.metadata.name,
    lease.spec?.holderIdentity ?? "",
    timeSince(lease.metadata.creationTimestamp, nowMs),
  ],
};

function nodeStatus(node: Node): string {
  const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
  const known = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec?.unschedulable === true ? `${known},SchedulingDisabled` : known;
}

function nodeRoles({ metadata }: Node): readonly string[] {
  const roles = Object.entries(metadata.labels ?? {}).map(([key, value]) => {
    if (key.startsWith(rolePrefix)) return key.slice(rolePrefix.length);
    return key === roleLabel ? value : "";
  });
  return [...new Set(roles.filter((role) => role !== ""))].toSorted();
}

function addressOf(node: Node, type: string): string {
  return orNone(node.status?.addresses?.find((address) => address.type === type)?.address);
}
