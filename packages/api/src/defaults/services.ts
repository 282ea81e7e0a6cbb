import { objectAt } from "../json.ts";
import type { JsonObject } from "../json.ts";

/** Source: `SetDefaults_Service`; the IP families are what upstream's allocator settles on for one IPv4 address. */
export function serviceDefaults(spec: JsonObject): JsonObject {
  const { sessionAffinityConfig, ...given } = spec;
  const filled: JsonObject = { type: "ClusterIP", sessionAffinity: "None", ...given };
  const type = filled["type"];
  return {
    ...(type === "ExternalName" ? {} : { internalTrafficPolicy: "Cluster", ...addressDefaults(spec) }),
    ...(isExternallyAccessible(filled) ? { externalTrafficPolicy: "Cluster" } : {}),
    ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
    ...filled,
    ...(filled["sessionAffinity"] === "ClientIP" ? { sessionAffinityConfig: stickiness(sessionAffinityConfig) } : {}),
  };
}

/** A port without a target goes to the same port of the pod. */
export function servicePortDefaults(port: JsonObject): JsonObject {
  const { targetPort, ...rest } = port;
  const hasTarget = targetPort !== undefined && targetPort !== 0 && targetPort !== "";
  return { protocol: "TCP", ...rest, targetPort: hasTarget ? targetPort : port["port"] };
}

function addressDefaults(spec: JsonObject): JsonObject {
  const isSelectorlessHeadless = spec["clusterIP"] === "None" && Object.keys(objectAt(spec, "selector")).length === 0;
  return {
    ...(typeof spec["clusterIP"] === "string" ? { clusterIPs: [spec["clusterIP"]] } : {}),
    ipFamilies: isSelectorlessHeadless ? ["IPv4", "IPv6"] : ["IPv4"],
    ipFamilyPolicy: isSelectorlessHeadless ? "RequireDualStack" : "SingleStack",
  };
}

function isExternallyAccessible(spec: JsonObject): boolean {
  const hasExternalIps = Array.isArray(spec["externalIPs"]) && spec["externalIPs"].length > 0;
  return (
    spec["type"] === "LoadBalancer" || spec["type"] === "NodePort" || (spec["type"] === "ClusterIP" && hasExternalIps)
  );
}

function stickiness(config: unknown): JsonObject {
  const clientIP = objectAt(objectAt({ config }, "config"), "clientIP");
  return { clientIP: { timeoutSeconds: 10_800, ...clientIP } };
}
