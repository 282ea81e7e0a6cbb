import { isDeepStrictEqual } from "node:util";
import type { Service } from "@ordinal/api";
import { strategy, type Strategy } from "./strategy.ts";

type Spec = Service["spec"];

/** Fields that hang on having an address. */
const addressFields = ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"] as const;

/** Source: upstream `pkg/registry/core/service/strategy.go`, `storage.go` (`patchAllocatedValues`, `normalizeClusterIPs`). */
export const services: Strategy = strategy<Service>({
  hasStatus: true,
  onCreate: (service) => ({
    ...service,
    spec: withBothForms(service.spec, undefined),
    status: { loadBalancer: {} },
  }),
  onUpdate(next, before) {
    const spec = isExternal(next.spec)
      ? withoutAddress(next.spec, before.spec)
      : withBothForms(withAllocated(next.spec, before.spec), before.spec);
    return { ...next, spec };
  },
});

/** `clusterIP` is the first of `clusterIPs`; old clients know the former only. */
function withBothForms(spec: Spec, before: Spec | undefined): Spec {
  const { clusterIP = "", clusterIPs = [] } = spec;
  const isListStale = before === undefined ? clusterIPs.length === 0 : isDeepStrictEqual(clusterIPs, before.clusterIPs);
  if (clusterIP === "" || clusterIP === clusterIPs[0] || !isListStale) return spec;
  return { ...spec, clusterIPs: [clusterIP, ...clusterIPs.slice(1)] };
}

/** An update that leaves out what was given out keeps it. */
function withAllocated(spec: Spec, before: Spec): Spec {
  if (isExternal(before)) return spec;
  const hasAddress = (spec.clusterIP ?? "") !== "" || (spec.clusterIPs ?? []).length > 0;
  const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = before;
  return {
    ...(ipFamilies === undefined ? {} : { ipFamilies }),
    ...(ipFamilyPolicy === undefined ? {} : { ipFamilyPolicy }),
    ...spec,
    ...(hasAddress || clusterIP === undefined ? {} : { clusterIP, clusterIPs: clusterIPs ?? [clusterIP] }),
  };
}

/** A service that becomes an alias gives up what it was given, unless the update says something new about it. */
function withoutAddress(spec: Spec, before: Spec): Spec {
  const kept = Object.entries(spec).filter(([name, value]) => {
    const field = addressFields.find((each) => each === name);
    return field === undefined || !isDeepStrictEqual(value, before[field]);
  });
  return isExternal(before) ? spec : (Object.fromEntries(kept) as Spec);
}

function isExternal(spec: Spec): boolean {
  return spec.type === "ExternalName";
}
