/** Everything of ours on foreign objects carries this prefix. */
export const ordinalPrefix = "ordinal.internal/" as const;

/** Names that several components must agree on. */
export const wellKnown = {
  /** The one node of the machine. */
  nodeName: "ordinal",
  /** Lease in kube-system through which the DNS server tells which revision it serves. */
  dnsLease: "ordinal-dns",
  systemNamespace: "kube-system",
  defaultNamespace: "default",
  namespaces: ["default", "kube-system", "kube-public", "kube-node-lease"],
  /** Drop-in for rancher's provisioner, so that its users' StorageClasses work as they are. */
  localPathProvisioner: "rancher.io/local-path",
  /** Volumes whose size is enforced: images on loop devices. Also the CSI driver name in their PersistentVolumes. */
  localImageProvisioner: "local-image.ordinal.internal",
} as const;

export const annotations = {
  /** On the DNS lease: the highest revision whose changes are in the answers. */
  servedRevision: "ordinal.internal/served-revision",
  /** On a pod: `<containerPort>=<localhost port>` pairs, comma-separated, in the order of the ports. */
  localhostPorts: "ordinal.internal/localhost-ports",
  /** On an endpoint slice: when the change happened that it was last written for (RFC 3339). */
  lastChangeTriggerTime: "endpoints.kubernetes.io/last-change-trigger-time",
  defaultStorageClass: "storageclass.kubernetes.io/is-default-class",
  selectedNode: "volume.kubernetes.io/selected-node",
  storageProvisioner: "volume.kubernetes.io/storage-provisioner",
  bindCompleted: "pv.kubernetes.io/bind-completed",
  boundByController: "pv.kubernetes.io/bound-by-controller",
  provisionedBy: "pv.kubernetes.io/provisioned-by",
  defaultSnapshotClass: "snapshot.storage.kubernetes.io/is-default-class",
  /** On a VolumeSnapshotContent: its VolumeSnapshot is being deleted, so the deletion policy applies. */
  snapshotBeingDeleted: "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted",
  /** On a VolumeSnapshotContent: a volume of the other mode may be made of it. */
  allowVolumeModeChange: "snapshot.storage.kubernetes.io/allow-volume-mode-change",
  /** On a snapshot and its content: `crash-consistent` or `fuzzy`, and why, in plain words. */
  snapshotConsistency: "ordinal.internal/snapshot-consistency",
  /** On a claim: the trash entry its volume is to be made of, or `latest` for the newest of a claim with this name. */
  restoreFrom: "ordinal.internal/restore-from",
  /** On a StorageClass or a PersistentVolume: how long it is kept in the trash: `7d`, `0` for not at all. */
  trashHold: "ordinal.internal/trash-hold",
} as const;

/** Finalizers that guard data. Source: `pkg/volume/util/finalizer.go`, sig-storage-lib-external-provisioner. */
export const finalizers = {
  claimProtection: "kubernetes.io/pvc-protection",
  volumeProtection: "kubernetes.io/pv-protection",
  provisioner: "external-provisioner.volume.kubernetes.io/finalizer",
  /** On a VolumeSnapshotContent, while a snapshot is bound to it. Source: external-snapshotter `pkg/utils/util.go`, with the next three. */
  contentProtection: "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection",
  /** On a VolumeSnapshot, until its content is gone. */
  snapshotBound: "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection",
  /** On a VolumeSnapshot, while a volume is made of it. */
  snapshotAsSource: "snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection",
  /** On a claim, while a snapshot is made of it. */
  claimAsSnapshotSource: "snapshot.storage.kubernetes.io/pvc-as-source-protection",
  /** On a claim, while it is copied into another. Source: external-provisioner. */
  cloningProtection: "provisioner.storage.kubernetes.io/cloning-protection",
} as const;

export const labels = {
  podName: "statefulset.kubernetes.io/pod-name",
  podIndex: "apps.kubernetes.io/pod-index",
  controllerRevisionHash: "controller-revision-hash",
  serviceName: "kubernetes.io/service-name",
  endpointSliceManagedBy: "endpointslice.kubernetes.io/managed-by",
  hostname: "kubernetes.io/hostname",
} as const;

/** Why `name` is not an RFC 1123 label (63 characters), or undefined if it is. Texts: apimachinery `validation.IsDNS1123Label`. */
export function labelNameProblem(name: string): string | undefined {
  if (name.length > 63) return "must be no more than 63 characters";
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return undefined;
  if (subdomainNameProblem(name) === undefined) return "must not contain dots";
  return "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
}

/** Why `name` is not an RFC 1123 subdomain (253 characters), or undefined if it is. Texts: `validation.IsDNS1123Subdomain`. */
export function subdomainNameProblem(name: string): string | undefined {
  if (name.length > 253) return "must be no more than 253 characters";
  if (/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(name)) return undefined;
  return "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
}

/** Why `name` is not an RFC 1035 label, as service names must be. Texts: `validation.IsDNS1035Label`. */
export function serviceNameProblem(name: string): string | undefined {
  if (name.length > 63) return "must be no more than 63 characters";
  if (/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) return undefined;
  return "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
}
