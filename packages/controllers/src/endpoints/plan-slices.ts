import { isDeepStrictEqual } from "node:util";
import { controllerReference, labels, type Draft, type Endpoint, type EndpointSlice, type Service } from "@ordinal/api";
import type { PodEndpoint } from "./endpoint-of.ts";
import type { SlicePorts } from "./ports.ts";

export type SliceStep =
  | { readonly do: "create"; readonly slice: Draft<EndpointSlice> }
  | { readonly do: "update"; readonly slice: EndpointSlice }
  | { readonly do: "delete"; readonly slice: EndpointSlice };

/** No slice has more endpoints. Source: the default of `--max-endpoints-per-slice`. */
const maxEndpoints = 100;

const managedBy = "endpointslice-controller.k8s.io";

/** Whether this slice is ours to change; users and other controllers may make slices of their own. */
export function isManagedSlice(slice: EndpointSlice): boolean {
  return slice.metadata.labels?.[labels.endpointSliceManagedBy] === managedBy;
}

/**
 * The writes that bring a service's slices to what its endpoints are. An endpoint stays in the slice it is in, so one
 * pod's change touches one slice; what is new fills slices with room first. Source: `endpointslice/reconciler.go`.
 */
export function planSlices(
  service: Service,
  { wanted, slices }: { readonly wanted: readonly PodEndpoint[]; readonly slices: readonly EndpointSlice[] },
): readonly SliceStep[] {
  const groups = Map.groupBy(wanted, ({ addressType, ports }) => groupKey(addressType, ports));
  const steps = [...groups].flatMap(([key, endpoints]) =>
    planGroup(service, { endpoints, slices: slices.filter((slice) => keyOfSlice(slice) === key) }),
  );
  const leftOver = slices.filter((slice) => !groups.has(keyOfSlice(slice)));
  return [...steps, ...leftOver.map((slice): SliceStep => ({ do: "delete", slice }))];
}

function keyOfSlice(slice: EndpointSlice): string {
  return groupKey(slice.addressType, slice.ports ?? []);
}

function groupKey(addressType: string, ports: SlicePorts): string {
  return JSON.stringify([
    addressType,
    ports.map(({ name, port, protocol, appProtocol }) => [name, port, protocol, appProtocol]),
  ]);
}

function planGroup(
  service: Service,
  { endpoints, slices }: { readonly endpoints: readonly PodEndpoint[]; readonly slices: readonly EndpointSlice[] },
): readonly SliceStep[] {
  const waiting = new Map(endpoints.map((each) => [targetOf(each.endpoint), each.endpoint]));
  const kept = slices.map((slice) => ({ slice, endpoints: keepWanted(slice, waiting) }));
  const fresh: Endpoint[] = [...waiting.values()];
  const filled = kept.map(({ slice, endpoints: stay }) => ({
    slice,
    endpoints: [...stay, ...fresh.splice(0, maxEndpoints - stay.length)],
  }));
  const steps = filled.flatMap(({ slice, endpoints: next }) => planSlice(service, slice, next));
  const [template] = endpoints;
  if (template === undefined) return steps;
  return [
    ...steps,
    ...chunks(fresh).map((each): SliceStep => ({ do: "create", slice: newSlice(service, template, each) })),
  ];
}

function chunks(endpoints: readonly Endpoint[]): readonly (readonly Endpoint[])[] {
  const count = Math.ceil(endpoints.length / maxEndpoints);
  return Array.from({ length: count }, (_, index) => endpoints.slice(index * maxEndpoints, (index + 1) * maxEndpoints));
}

/** The slice's endpoints that are still wanted, as they are now; they are taken out of `waiting`. */
function keepWanted(slice: EndpointSlice, waiting: Map<string, Endpoint>): readonly Endpoint[] {
  return (slice.endpoints ?? []).flatMap((endpoint) => {
    const now = waiting.get(targetOf(endpoint));
    waiting.delete(targetOf(endpoint));
    return now === undefined ? [] : [now];
  });
}

function targetOf(endpoint: Endpoint): string {
  return endpoint.targetRef?.uid ?? endpoint.addresses.join(",");
}

function planSlice(service: Service, slice: EndpointSlice, endpoints: readonly Endpoint[]): readonly SliceStep[] {
  if (endpoints.length === 0) return [{ do: "delete", slice }];
  const wantedLabels = sliceLabels(service);
  const isSame =
    isDeepStrictEqual(slice.endpoints, endpoints) && isDeepStrictEqual(slice.metadata.labels, wantedLabels);
  if (isSame) return [];
  return [{ do: "update", slice: { ...slice, metadata: { ...slice.metadata, labels: wantedLabels }, endpoints } }];
}

function newSlice(
  service: Service,
  { addressType, ports }: PodEndpoint,
  endpoints: readonly Endpoint[],
): Draft<EndpointSlice> {
  return {
    metadata: {
      generateName: `${service.metadata.name}-`,
      ...(service.metadata.namespace === undefined ? {} : { namespace: service.metadata.namespace }),
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    ports,
    endpoints,
  };
}

function sliceLabels(service: Service): Readonly<Record<string, string>> {
  return {
    ...service.metadata.labels,
    ...headlessLabel(service),
    [labels.endpointSliceManagedBy]: managedBy,
    [labels.serviceName]: service.metadata.name,
  };
}

/** Marks what belongs to a headless service, which has no address of its own to balance behind. */
export function headlessLabel(service: Service): Readonly<Record<string, string>> {
  return service.spec.clusterIP === "None" ? { "service.kubernetes.io/headless": "" } : {};
}
