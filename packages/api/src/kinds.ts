/** One API resource as discovery, routing, printing and storage need it. Source: Kubernetes v1.33 discovery. */
export interface Kind {
  /** API group; the core group is `""`. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: ResourceName;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly subresources: readonly Subresource[];
}

export type Subresource =
  | "attach"
  | "binding"
  | "exec"
  | "finalize"
  | "log"
  | "portforward"
  | "scale"
  | "status"
  | "token";

/** The plural name of every resource that is stored; it is unique across groups. */
export type ResourceName =
  | "configmaps"
  | "controllerrevisions"
  | "endpoints"
  | "endpointslices"
  | "events"
  | "leases"
  | "limitranges"
  | "namespaces"
  | "nodes"
  | "persistentvolumeclaims"
  | "persistentvolumes"
  | "pods"
  | "resourcequotas"
  | "secrets"
  | "serviceaccounts"
  | "services"
  | "statefulsets"
  | "storageclasses"
  | "volumesnapshotclasses"
  | "volumesnapshotcontents"
  | "volumesnapshots";

type KindRow = Partial<Kind> & Pick<Kind, "kind" | "plural">;

const core = (row: KindRow): Kind => ({ ...namespacedDefaults(row), ...row });
const inGroup = (group: string, row: KindRow): Kind => ({ ...namespacedDefaults(row), group, ...row });

function namespacedDefaults(row: KindRow): Omit<Kind, "kind" | "plural"> {
  return {
    group: "",
    version: "v1",
    singular: row.kind.toLowerCase(),
    shortNames: [],
    categories: [],
    namespaced: true,
    subresources: [],
  };
}

/** Every kind Ordinal serves. Adding a row makes it stored, discovered, routed and watched. */
export const kinds: readonly Kind[] = [
  core({ kind: "ConfigMap", plural: "configmaps", shortNames: ["cm"] }),
  core({ kind: "Endpoints", plural: "endpoints", shortNames: ["ep"] }),
  core({ kind: "Event", plural: "events", shortNames: ["ev"] }),
  core({ kind: "LimitRange", plural: "limitranges", shortNames: ["limits"] }),
  core({
    kind: "Namespace",
    plural: "namespaces",
    shortNames: ["ns"],
    namespaced: false,
    subresources: ["finalize", "status"],
  }),
  core({ kind: "Node", plural: "nodes", shortNames: ["no"], namespaced: false, subresources: ["status"] }),
  core({
    kind: "PersistentVolume",
    plural: "persistentvolumes",
    shortNames: ["pv"],
    namespaced: false,
    subresources: ["status"],
  }),
  core({
    kind: "PersistentVolumeClaim",
    plural: "persistentvolumeclaims",
    shortNames: ["pvc"],
    subresources: ["status"],
  }),
  core({
    kind: "Pod",
    plural: "pods",
    shortNames: ["po"],
    categories: ["all"],
    subresources: ["attach", "binding", "exec", "log", "portforward", "status"],
  }),
  core({ kind: "ResourceQuota", plural: "resourcequotas", shortNames: ["quota"], subresources: ["status"] }),
  core({ kind: "Secret", plural: "secrets" }),
  core({ kind: "Service", plural: "services", shortNames: ["svc"], categories: ["all"], subresources: ["status"] }),
  core({ kind: "ServiceAccount", plural: "serviceaccounts", shortNames: ["sa"], subresources: ["token"] }),
  inGroup("apps", { kind: "ControllerRevision", plural: "controllerrevisions" }),
  inGroup("apps", {
    kind: "StatefulSet",
    plural: "statefulsets",
    shortNames: ["sts"],
    categories: ["all"],
    subresources: ["scale", "status"],
  }),
  inGroup("coordination.k8s.io", { kind: "Lease", plural: "leases" }),
  inGroup("discovery.k8s.io", { kind: "EndpointSlice", plural: "endpointslices" }),
  inGroup("snapshot.storage.k8s.io", {
    kind: "VolumeSnapshot",
    plural: "volumesnapshots",
    shortNames: ["vs"],
    subresources: ["status"],
  }),
  inGroup("snapshot.storage.k8s.io", {
    kind: "VolumeSnapshotClass",
    plural: "volumesnapshotclasses",
    shortNames: ["vsclass", "vsclasses"],
    namespaced: false,
  }),
  inGroup("snapshot.storage.k8s.io", {
    kind: "VolumeSnapshotContent",
    plural: "volumesnapshotcontents",
    shortNames: ["vsc", "vscs"],
    namespaced: false,
    subresources: ["status"],
  }),
  inGroup("storage.k8s.io", { kind: "StorageClass", plural: "storageclasses", shortNames: ["sc"], namespaced: false }),
];

const byPlural: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [kind.plural, kind]));
const byApiKind: ReadonlyMap<string, Kind> = new Map(kinds.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));

/** The kind behind a plural resource name. */
export function kindOf(resource: ResourceName): Kind {
  const kind = byPlural.get(resource);
  if (kind === undefined) throw new TypeError(`no kind is registered for resource ${resource}`);
  return kind;
}

/** The kind a manifest means by `apiVersion` and `kind`, or undefined where Ordinal does not serve it. */
export function findKind(apiVersion: string, kind: string): Kind | undefined {
  return byApiKind.get(`${apiVersion}/${kind}`);
}

/** `v1` for the core group, `apps/v1` otherwise. */
export function apiVersionOf(kind: Pick<Kind, "group" | "version">): string {
  return kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
}

/** `pods` or `statefulsets.apps`, as upstream writes a resource in error messages. */
export function qualifiedResource(kind: Pick<Kind, "group" | "plural">): string {
  return kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
}
