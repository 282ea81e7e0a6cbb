import {
  annotations,
  labels,
  matches,
  selectorOfMap,
  type Endpoint,
  type EndpointSlice,
  type Lease,
  type Pod,
  type Service,
} from "@ordinal/api";

/** The services and slices of a pod's namespace. */
export interface NamesWorld {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
}

/** The services that select this pod, and so give it a name. */
function servicesOf(pod: Pod, services: readonly Service[]): readonly Service[] {
  return services.filter((service) => {
    const selector = selectorOfMap(service.spec.selector);
    const isHere = service.metadata.namespace === pod.metadata.namespace && service.spec.type !== "ExternalName";
    return isHere && selector !== undefined && matches(selector, pod.metadata.labels);
  });
}

/**
 * The revision that DNS must serve before a pod with ready containers is Ready: every service that selects it has a slice
 * that lists it as ready. 0 when no service does; undefined while a slice still has to be written.
 *
 * What a slice said before the pod was shown to wait may be about to be taken back, because the pod was unready in between;
 * so it has to be written later than `after`. Services that publish unready pods never take anything back.
 */
export function publishedRevision(
  pod: Pod,
  { services, slices }: NamesWorld,
  after: number | undefined,
): number | undefined {
  const revisions = servicesOf(pod, services).map((service) => {
    const isCurrent = (slice: EndpointSlice): boolean =>
      service.spec.publishNotReadyAddresses === true || (after !== undefined && revisionOf(slice) > after);
    const listing = slicesOf(service, slices).filter((slice) => listsAsReady(slice, pod) && isCurrent(slice));
    return listing.length === 0 ? undefined : Math.min(...listing.map(revisionOf));
  });
  if (revisions.includes(undefined)) return undefined;
  return Math.max(0, ...revisions.filter((revision) => revision !== undefined));
}

/**
 * The revision that DNS must serve before a pod that goes may be told so: no slice lists it as ready any more. Services
 * that publish unready pods are not waited for. Undefined while a slice still lists it.
 */
export function withdrawnRevision(pod: Pod, { services, slices }: NamesWorld): number | undefined {
  const waited = services.filter(
    (service) =>
      service.metadata.namespace === pod.metadata.namespace && service.spec.publishNotReadyAddresses !== true,
  );
  const theirs = waited.flatMap((service) => slicesOf(service, slices));
  if (theirs.some((slice) => listsAsReady(slice, pod))) return undefined;
  const selecting = servicesOf(pod, waited).flatMap((service) => slicesOf(service, slices));
  return Math.max(0, ...selecting.map(revisionOf));
}

/** The highest revision in the answers of DNS, as its lease says; 0 when there is no lease. */
export function servedRevision(lease: Lease | undefined): number {
  const revision = Number(lease?.metadata.annotations?.[annotations.servedRevision]);
  return Number.isSafeInteger(revision) ? revision : 0;
}

function slicesOf(service: Service, slices: readonly EndpointSlice[]): readonly EndpointSlice[] {
  const { namespace, name } = service.metadata;
  return slices.filter(
    ({ metadata }) => metadata.namespace === namespace && metadata.labels?.[labels.serviceName] === name,
  );
}

function listsAsReady(slice: EndpointSlice, pod: Pod): boolean {
  return endpointsOf(slice).some(
    ({ targetRef, conditions }) => targetRef?.uid === pod.metadata.uid && conditions?.ready !== false,
  );
}

const revisionOf = (slice: EndpointSlice): number => Number(slice.metadata.resourceVersion);

/** The endpoints of a slice; Go servers write an empty list as null. */
export function endpointsOf(slice: EndpointSlice | undefined): readonly Endpoint[] {
  return slice?.endpoints ?? [];
}
