import {
  labels,
  type EndpointSlice,
  type KubeObject,
  type ObjectMeta,
  type ObjectOf,
  type ResourceName,
} from "@ordinal/api";
import type { Client } from "@ordinal/client";

/**
 * The same client, whose lists and watches give only what names are made of: informers keep every object they are given,
 * and most of an object (managed fields, annotations, targets) is of no use to an answer. Source: CoreDNS `object.ToService`.
 */
export function withTrimmedObjects(client: Client): Client {
  return {
    ...client,
    async list(resource, options) {
      const listed = await client.list(resource, options);
      return { ...listed, items: listed.items.map((object) => trim(resource, object)) };
    },
    async *watch(resource, options) {
      for await (const event of client.watch(resource, options)) {
        yield { ...event, object: trim(resource, event.object) };
      }
    },
  };
}

/** What is left of an object is one of the same type: everything that goes is optional. */
export function trim<R extends ResourceName>(resource: R, object: ObjectOf<R>): ObjectOf<R> {
  const { apiVersion, kind, metadata }: KubeObject = object;
  const bare = { apiVersion, kind, metadata: trimMetadata(metadata) };
  if (resource === "namespaces") return bare as ObjectOf<R>;
  if (resource === "services") return { ...bare, spec: (object as ObjectOf<"services">).spec } as ObjectOf<R>;
  if (resource === "endpointslices") return { ...bare, ...trimSlice(object as EndpointSlice) } as ObjectOf<R>;
  return object;
}

function trimMetadata({
  name,
  namespace,
  uid,
  resourceVersion,
  creationTimestamp,
  labels: all,
}: ObjectMeta): ObjectMeta {
  const service = all?.[labels.serviceName];
  return {
    name,
    uid,
    resourceVersion,
    creationTimestamp,
    ...(namespace === undefined ? {} : { namespace }),
    ...(service === undefined ? {} : { labels: { [labels.serviceName]: service } }),
  };
}

function trimSlice({ addressType, ports, endpoints }: EndpointSlice): Partial<EndpointSlice> {
  return {
    addressType,
    ...(ports === undefined ? {} : { ports }),
    // Go writes an empty list as null.
    endpoints: (endpoints ?? []).map(({ addresses, hostname, conditions }) => ({
      addresses,
      ...(hostname === undefined ? {} : { hostname }),
      // Shared, since there are two kinds of endpoints and may be 100,000 of them.
      conditions: conditions?.ready === false ? notReady : ready,
    })),
  };
}

const ready = { ready: true } as const;
const notReady = { ready: false } as const;
