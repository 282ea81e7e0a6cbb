/** How two versions of a list become one. Lists without a row replace each other. */
export interface ListMerge {
  /** The field that tells the items apart in a strategic merge patch; undefined for a set of plain values. */
  readonly key?: string;
  /** All fields that tell the items apart in a server-side apply; the first is `key`. Empty: no keyed list there. */
  readonly mapKeys: readonly string[];
  /** Whether an item that changes its kind may say which of its fields are left (`$retainKeys`). */
  readonly retainKeys: boolean;
}

/**
 * `field=key`, with `,more` for further keys of server-side apply, `+retainKeys`, `~atomic` where apply replaces the
 * list all the same, and `*` for a set. Source: the `patchMergeKey` and `listMapKey` marks of k8s.io/api v0.33.
 */
const table = `
apps/v1.StatefulSetStatus conditions=type
core/v1.Container env=name ports=containerPort,protocol volumeDevices=devicePath volumeMounts=mountPath
core/v1.ContainerStatus allocatedResourcesStatus=name volumeMounts=mountPath
core/v1.EphemeralContainer env=name ports=containerPort,protocol volumeDevices=devicePath volumeMounts=mountPath
core/v1.NamespaceStatus conditions=type
core/v1.NodeSpec podCIDRs=*
core/v1.NodeStatus addresses=type conditions=type
core/v1.PersistentVolumeClaimStatus conditions=type
core/v1.PodSpec containers=name ephemeralContainers=name hostAliases=ip imagePullSecrets=name initContainers=name resourceClaims=name+retainKeys schedulingGates=name topologySpreadConstraints=topologyKey,whenUnsatisfiable volumes=name+retainKeys
core/v1.PodStatus conditions=type hostIPs=ip~atomic podIPs=ip resourceClaimStatuses=name+retainKeys
core/v1.ServiceAccount secrets=name
core/v1.ServiceSpec ports=port,protocol
core/v1.ServiceStatus conditions=type
meta/v1.ObjectMeta finalizers=* ownerReferences=uid
`;

const merges: ReadonlyMap<string, ListMerge> = new Map(table.trim().split("\n").flatMap(readLine));

/** How the list `field` of a type merges, or undefined where one version replaces the other. */
export function listMergeOf(typeName: string, field: string): ListMerge | undefined {
  return merges.get(`${typeName} ${field}`);
}

function readLine(line: string): readonly (readonly [string, ListMerge])[] {
  const [typeName = "", ...fields] = line.split(" ");
  return fields.map((text) => {
    const [, field = "", keys = "", mark] = /^(\w+)=([\w,*]+)([+~]\w+)?$/.exec(text) ?? [];
    const mapKeys = keys === "*" ? [] : keys.split(",");
    const [key] = mapKeys;
    return [
      `${typeName} ${field}`,
      {
        ...(key === undefined ? {} : { key }),
        mapKeys: mark === "~atomic" ? [] : mapKeys,
        retainKeys: mark === "+retainKeys",
      },
    ] as const;
  });
}
