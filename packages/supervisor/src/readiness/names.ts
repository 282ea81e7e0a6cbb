import { wellKnown, type EndpointSlice, type Lease, type Pod, type Service } from "@ordinal/api";
import { startInformer, type Client, type Informer } from "@ordinal/client";
import type { Clock, Logger, Stoppable } from "@ordinal/runtime";
import { endpointsOf, servedRevision, type NamesWorld } from "./plan-readiness.ts";

/** What the API says about the names of pods: services, their slices, and how far DNS has come. */
export interface Names extends Stoppable {
  readonly synced: Promise<unknown>;
  worldOf(pod: Pod): NamesWorld;
  servedRevision(): number;
  services(): readonly Service[];
  /** Called when something may have changed for pods that wait: for the one with this uid, or for all. */
  onChange(listener: (podUid?: string) => void): void;
}

/** Follows services, endpoint slices and the lease of DNS. */
export function startNames(options: { readonly client: Client; readonly clock: Clock; readonly log: Logger }): Names {
  const byNamespace = {
    namespace: (object: { metadata: { namespace?: string } }) => [object.metadata.namespace ?? ""],
  };
  const services = startInformer("services", { ...options, indexes: byNamespace });
  const slices = startInformer("endpointslices", { ...options, indexes: byNamespace });
  const leases: Informer<Lease> = startInformer("leases", {
    ...options,
    where: {
      namespace: wellKnown.systemNamespace,
      fieldSelector: [{ operator: "in", key: "metadata.name", values: [wellKnown.dnsLease] }],
    },
  });

  return {
    synced: Promise.all([services.synced, slices.synced, leases.synced]),
    worldOf({ metadata: { namespace = "" } }) {
      return { services: services.by("namespace", namespace), slices: slices.by("namespace", namespace) };
    },
    servedRevision: () => servedRevision(leases.list()[0]),
    services: () => services.list(),
    onChange(listener) {
      services.onChange(() => listener());
      leases.onChange(() => listener());
      slices.onChange(({ before, after }) => {
        for (const uid of new Set([...podsOf(before), ...podsOf(after)])) listener(uid);
      });
    },
    async stop() {
      await Promise.all([services.stop(), slices.stop(), leases.stop()]);
    },
  };
}

function podsOf(slice: EndpointSlice | undefined): readonly string[] {
  return endpointsOf(slice)
    .map(({ targetRef }) => targetRef?.uid ?? "")
    .filter((uid) => uid !== "");
}
