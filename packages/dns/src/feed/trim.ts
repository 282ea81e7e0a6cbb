import {
  annotations as wellKnownAnnotations,
  labels,
  type EndpointSlice,
  type KubeObject,
  type ObjectMeta,
  type ObjectOf,
  type Pod,
  type ResourceName,
  type Service,
} from "@ordinal/api";
import type { Client } from "@ordinal/client";

/** What is kept beside what names are always made of. */
export interface TrimSettings {
  /** The pods' names in slices, which endpoints without hostname may be called by. Defaults to false. */
  readonly endpointPodNames?: boolean;
}

/** When the change began that a slice shows, as RFC 3339; what the time until it is served is counted from. */
const changeTime = wellKnownAnnotations.lastChangeTriggerTime;

/**
 * The same client, whose lists and watches give only what names are made of: informers keep every object they are given,
 * and most of an object (managed fields, annotations, a pod's whole specification) is of no use to an answer.
 * Source: CoreDNS plugin/kubernetes/object.
 */
export function withTrimmedObjects(client: Client, settings: TrimSettings = {}): Client {
  return {
    ...client,
    async list(resource, options) {
      const listed = await client.list(resource, options);
      return { ...listed, items: listed.items.map((object) => trim(resource, object, settings)) };
    },
    async *watch(resource, options) {
      for await (const event of client.watch(resource, options)) {
        yield { ...event, object: trim(resource, event.object, settings) };
      }
    },
  };
}

/** What is left of an object is one of the same type: everything that goes is optional, or stands empty. */
export function trim<R extends ResourceName>(
  resource: R,
  object: ObjectOf<R>,
  settings: TrimSettings = {},
): ObjectOf<R> {
  const { apiVersion, kind, metadata }: KubeObject = object;
  const bare = { apiVersion, kind, metadata: trimMetadata(metadata) };
  if (resource === "namespaces") return bare as ObjectOf<R>;
  if (resource === "services") return { ...bare, ...trimService(object as Service) } as ObjectOf<R>;
  if (resource === "endpointslices") return { ...bare, ...trimSlice(object as EndpointSlice, settings) } as ObjectOf<R>;
  if (resource === "pods") return { ...bare, ...trimPod(object as Pod) } as ObjectOf<R>;
  return object;
}

function trimMetadata({ name, namespace, resourceVersion, labels: all, annotations }: ObjectMeta): ObjectMeta {
  const service = all?.[labels.serviceName];
  const changed = annotations?.[changeTime];
  return {
    name,
    uid: "",
    resourceVersion,
    creationTimestamp: "",
    ...(namespace === undefined ? {} : { namespace }),
    ...(service === undefined ? {} : { labels: { [labels.serviceName]: service } }),
    ...(changed === undefined ? {} : { annotations: { [changeTime]: changed } }),
  };
}

function trimService({ spec, status }: Service): Pick<Service, "spec" | "status"> {
  const { type, clusterIP, clusterIPs, externalName, externalIPs, ports } = spec;
  const ingress = status?.loadBalancer?.ingress;
  return {
    spec: {
      ...(type === undefined ? {} : { type }),
      ...(clusterIP === undefined ? {} : { clusterIP }),
      ...(clusterIPs === undefined ? {} : { clusterIPs }),
      ...(externalName === undefined ? {} : { externalName }),
      ...(externalIPs === undefined ? {} : { externalIPs }),
      ...(ports === undefined ? {} : { ports }),
    },
    ...(ingress === undefined ? {} : { status: { loadBalancer: { ingress } } }),
  };
}

function trimSlice(
  { addressType, ports, endpoints }: EndpointSlice,
  { endpointPodNames = false }: TrimSettings,
): Partial<EndpointSlice> {
  return {
    addressType,
    ...(ports === undefined ? {} : { ports }),
    // Go writes an empty list as null.
    endpoints: (endpoints ?? []).map(({ addresses, hostname, conditions, targetRef }) => ({
      addresses,
      ...(hostname === undefined ? {} : { hostname }),
      ...(endpointPodNames && targetRef?.name !== undefined ? { targetRef: { name: targetRef.name } } : {}),
      // Shared, since there are two kinds of endpoints and may be 100,000 of them.
      conditions: conditions?.ready === false ? notReady : ready,
    })),
  };
}

function trimPod({ status }: Pod): Pick<Pod, "spec" | "status"> {
  const { phase, podIP, podIPs } = status ?? {};
  return {
    spec: noSpec,
    status: {
      ...(phase === undefined ? {} : { phase }),
      ...(podIPs === undefined ? {} : { podIPs }),
      ...(podIP === undefined || podIPs !== undefined ? {} : { podIP }),
    },
  };
}

const ready = { ready: true } as const;
const notReady = { ready: false } as const;
const noSpec = { containers: [] } as const;
