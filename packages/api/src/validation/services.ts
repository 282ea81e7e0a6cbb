import { isIPv6 } from "node:net";
import { labelNameProblem, subdomainNameProblem } from "../names.ts";
import type { Service } from "../types.ts";
import { invalidEach, oneOf, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { isSame } from "./equal.ts";
import { field } from "./field-errors.ts";
import { addressProblem, portNumberProblem, qualifiedNameProblems } from "./formats.ts";
import { labelCauses } from "./metadata.ts";
import { portCauses } from "./probes.ts";

type Spec = Service["spec"];
const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const maxStickySeconds = 86_400;

/** Source: `ValidateService`. */
export function* serviceCauses({ spec }: Service): Causes {
  const { type, ports = [] } = spec;
  if (ports.length === 0 && !isHeadless(spec) && type !== "ExternalName") yield field.required("spec.ports");
  if ((type === "LoadBalancer" || type === "NodePort") && isHeadless(spec)) {
    yield field.invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${type} services`);
  }
  if (type === "ExternalName") yield* externalNameCauses(spec);
  yield* portsCauses(spec);
  yield* labelCauses(spec.selector, "spec.selector");
  yield* affinityCauses(spec);
  if (type !== "ExternalName") yield* addressCauses(spec);
  for (const [index, address] of (spec.externalIPs ?? []).entries()) {
    yield* invalidEach(`spec.externalIPs[${index}]`, address, [addressProblem(address)]);
  }
  yield* oneOf("spec.type", type, types);
  if (spec.allocateLoadBalancerNodePorts !== undefined && type !== "LoadBalancer") {
    yield field.forbidden("spec.allocateLoadBalancerNodePorts", "may only be used when `type` is 'LoadBalancer'");
  }
  yield* trafficCauses(spec);
}

/** The address of a service stays for its life, unless it comes from or goes to ExternalName. Source: `ValidateServiceUpdate`. */
export function* serviceUpdateCauses(next: Service, before: Service): Causes {
  yield* clusterIpUpdateCauses(next.spec, before.spec);
  yield* serviceCauses(next);
}

function* clusterIpUpdateCauses(next: Spec, before: Spec): Causes {
  if (next.type === "ExternalName" || before.type === "ExternalName") return;
  if (isHeadless(next) && isHeadless(before)) return;
  const [after, old] = [next.clusterIPs ?? [], before.clusterIPs ?? []];
  if (old.length > 0 && after.length === 0) {
    yield field.invalid("spec.clusterIPs[0]", after, "primary clusterIP can not be unset");
  }
  for (const [index, address] of old.entries()) {
    const isReleased = after[index] === undefined;
    if (!isReleased && after[index] !== address) {
      yield field.invalid(`spec.clusterIPs[${index}]`, after, "may not change once set");
    }
  }
  if (old.length > 1 && after.length === 1 && next.ipFamilyPolicy !== "SingleStack") {
    const message = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    yield field.invalid("spec.ipFamilyPolicy", next.ipFamilyPolicy, message);
  }
}

function* externalNameCauses(spec: Spec): Causes {
  for (const key of ["clusterIPs", "ipFamilies", "ipFamilyPolicy"] as const) {
    if (spec[key] !== undefined) yield field.forbidden(`spec.${key}`, "may not be set for ExternalName services");
  }
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") yield field.required("spec.externalName");
  else yield* invalidEach("spec.externalName", name, [subdomainNameProblem(name)]);
}

function* portsCauses({ type, ports = [] }: Spec): Causes {
  const names = new Set<string>();
  const taken = new Set<string>();
  const nodePorts = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const path = `spec.ports[${index}]`;
    if (port.name) {
      yield* invalidEach(`${path}.name`, port.name, [labelNameProblem(port.name)]);
      if (names.has(port.name)) yield field.duplicate(`${path}.name`, port.name);
      names.add(port.name);
    } else if (ports.length > 1) yield field.required(`${path}.name`);
    yield* invalidEach(`${path}.port`, port.port ?? 0, [portNumberProblem(port.port)]);
    yield* oneOf(`${path}.protocol`, port.protocol, ["SCTP", "TCP", "UDP"]);
    yield* portCauses(port.targetPort, `${path}.targetPort`);
    if (port.appProtocol) {
      yield* invalidEach(`${path}.appProtocol`, port.appProtocol, qualifiedNameProblems(port.appProtocol));
    }
    const { nodePort } = port;
    if (nodePort && type === "ClusterIP") {
      yield field.forbidden(`${path}.nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
    const nodeKey = `${port.protocol}/${nodePort}`;
    if (nodePort && nodePorts.has(nodeKey)) yield field.duplicate(`${path}.nodePort`, nodePort);
    nodePorts.add(nodeKey);
    const key = `${port.protocol}/${port.port}`;
    if (taken.has(key)) yield field.duplicate(path, { protocol: port.protocol, port: port.port });
    taken.add(key);
  }
}

function* affinityCauses({ sessionAffinity, sessionAffinityConfig }: Spec): Causes {
  yield* oneOf("spec.sessionAffinity", sessionAffinity, ["ClientIP", "None"]);
  if (sessionAffinity !== "ClientIP") {
    const message = "must not be set when session affinity is None";
    if (sessionAffinityConfig !== undefined) yield field.forbidden("spec.sessionAffinityConfig", message);
    return;
  }
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined || (seconds > 0 && seconds <= maxStickySeconds)) return;
  const message = `must be greater than 0 and less than ${maxStickySeconds}`;
  yield field.invalid("spec.sessionAffinityConfig.clientIP.timeoutSeconds", seconds, message);
}

/** Source: `ValidateServiceClusterIPsRelatedFields`. */
function* addressCauses(spec: Spec): Causes {
  const { clusterIP = "", clusterIPs = [], ipFamilies = [] } = spec;
  const path = "spec.clusterIPs";
  if (clusterIP !== "" && clusterIPs.length === 0) yield field.required(path);
  else if (clusterIP !== "" && clusterIPs[0] !== clusterIP) {
    yield field.invalid(path, clusterIPs, "first value must match `clusterIP`");
  } else if (clusterIP === "" && clusterIPs.length > 0) {
    yield field.invalid(path, clusterIPs, "must be empty when `clusterIP` is not specified");
  }
  for (const [index, family] of ipFamilies.entries()) {
    yield* oneOfIfAny(`spec.ipFamilies[${index}]`, family, ["IPv4", "IPv6"]);
    if (ipFamilies.indexOf(family) < index) yield field.duplicate(`spec.ipFamilies[${index}]`, family);
  }
  const policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
  yield* oneOfIfAny("spec.ipFamilyPolicy", spec.ipFamilyPolicy, policies);
  if (clusterIPs[0] === "None") {
    if (clusterIPs.length > 1) yield field.invalid(path, clusterIPs, "'None' must be the first and only value");
    return;
  }
  for (const [index, address] of clusterIPs.entries()) {
    const problem = addressProblem(address);
    yield* invalidEach(`${path}[${index}]`, address, [problem]);
    const family = ipFamilies[index];
    if (problem !== undefined || family === undefined || (family === "IPv6") === isIPv6(address)) continue;
    const message = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    yield field.invalid(`${path}[${index}]`, address, message);
  }
  if (clusterIPs.length > 2) yield field.invalid(path, clusterIPs, "may only hold up to 2 values");
}

function* trafficCauses(spec: Spec): Causes {
  const { type, externalTrafficPolicy, internalTrafficPolicy, trafficDistribution } = spec;
  const hasExternalIps = (spec.externalIPs ?? []).length > 0;
  const isExternal = type === "LoadBalancer" || type === "NodePort" || (type === "ClusterIP" && hasExternalIps);
  if (isExternal) yield* oneOf("spec.externalTrafficPolicy", externalTrafficPolicy, ["Cluster", "Local"]);
  else if (externalTrafficPolicy !== undefined) {
    const message = "may only be set for externally-accessible services";
    yield field.invalid("spec.externalTrafficPolicy", externalTrafficPolicy, message);
  }
  yield* oneOfIfAny("spec.internalTrafficPolicy", internalTrafficPolicy, ["Cluster", "Local"]);
  yield* oneOfIfAny("spec.trafficDistribution", trafficDistribution, ["PreferClose"]);
}

function isHeadless(spec: Spec): boolean {
  return isSame(spec.clusterIPs, ["None"]) || spec.clusterIP === "None";
}
