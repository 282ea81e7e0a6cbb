import { isDeepStrictEqual } from "node:util";
import type { Draft, Endpoints, Service } from "@ordinal/api";
import type { PodEndpoint } from "./endpoint-of.ts";
import { headlessLabel } from "./plan-slices.ts";

export type EndpointsStep =
  | { readonly do: "create"; readonly endpoints: Draft<Endpoints> }
  | { readonly do: "update"; readonly endpoints: Endpoints };

type Subset = NonNullable<Endpoints["subsets"]>[number];
type Address = NonNullable<Subset["addresses"]>[number];

/** The v1 Endpoints object beside the slices, for clients that still read it. Source: `endpoints_controller.go`. */
export function planEndpoints(
  service: Service,
  { wanted, current }: { readonly wanted: readonly PodEndpoint[]; readonly current: Endpoints | undefined },
): EndpointsStep | undefined {
  const subsets = subsetsOf(wanted.filter(isListed));
  const labels = {
    ...service.metadata.labels,
    ...headlessLabel(service),
    "endpoints.kubernetes.io/managed-by": "endpoint-controller",
  };
  if (current === undefined) return { do: "create", endpoints: { metadata: metadataFor(service, labels), subsets } };
  if (isDeepStrictEqual(current.subsets ?? [], subsets) && isDeepStrictEqual(current.metadata.labels, labels))
    return undefined;
  return { do: "update", endpoints: { ...current, metadata: { ...current.metadata, labels }, subsets } };
}

function metadataFor(service: Service, labels: Readonly<Record<string, string>>): Draft["metadata"] {
  const { name, namespace } = service.metadata;
  return { name, ...(namespace === undefined ? {} : { namespace }), labels };
}

/** Terminating pods are in the slices only, unless the service publishes whatever there is. */
function isListed({ endpoint }: PodEndpoint): boolean {
  return endpoint.conditions?.terminating !== true || endpoint.conditions.ready === true;
}

function subsetsOf(endpoints: readonly PodEndpoint[]): readonly Subset[] {
  const byPorts = Object.groupBy(endpoints, ({ ports }) => JSON.stringify(ports));
  return Object.entries(byPorts)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, members = []]) => subsetOf(members));
}

function subsetOf(members: readonly PodEndpoint[]): Subset {
  const addresses = addressesWhere(members, true);
  const notReadyAddresses = addressesWhere(members, false);
  const ports = (members[0]?.ports ?? []).map(({ name = "", port = 0, ...rest }) => ({
    ...(name === "" ? {} : { name }),
    port,
    ...rest,
  }));
  return {
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
    ...(ports.length === 0 ? {} : { ports }),
  };
}

function addressesWhere(members: readonly PodEndpoint[], ready: boolean): readonly Address[] {
  return members
    .filter(({ endpoint }) => endpoint.conditions?.ready === ready)
    .map(({ endpoint }) => addressOf(endpoint))
    .toSorted((a, b) => (a.ip < b.ip ? -1 : 1));
}

function addressOf({ addresses, hostname, nodeName, targetRef }: PodEndpoint["endpoint"]): Address {
  return {
    ip: addresses[0] ?? "",
    ...(hostname === undefined ? {} : { hostname }),
    ...(nodeName === undefined ? {} : { nodeName }),
    ...(targetRef === undefined ? {} : { targetRef }),
  };
}
