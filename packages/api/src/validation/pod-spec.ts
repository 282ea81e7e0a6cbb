import { labelNameProblem, subdomainNameProblem } from "../names.ts";
import type { PodSpec } from "../types.ts";
import { invalidEach, oneOf, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { containersCauses } from "./containers.ts";
import { field } from "./field-errors.ts";
import { addressProblem, labelValueProblems, qualifiedNameProblems } from "./formats.ts";
import { labelCauses } from "./metadata.ts";
import { volumeNames } from "./mounts.ts";
import { volumesCauses } from "./volumes.ts";

type Toleration = NonNullable<PodSpec["tolerations"]>[number];
const maxId = 2 ** 31 - 1;
const effects = ["NoExecute", "NoSchedule", "PreferNoSchedule"];

/** Source: `ValidatePodSpec`. `claims` are volumes that a StatefulSet adds to its pods. */
export function* podSpecCauses(
  spec: PodSpec,
  { path, claims = [] }: { readonly path: string; readonly claims?: readonly string[] },
): Causes {
  const { volumes = [] } = spec;
  yield* volumesCauses(volumes, `${path}.volumes`);
  yield* containersCauses(spec, { path, volumes: volumeNames(volumes, claims) });
  yield* hostNetworkCauses(spec, path);
  yield* oneOf(`${path}.restartPolicy`, spec.restartPolicy, ["Always", "Never", "OnFailure"]);
  yield* oneOf(`${path}.dnsPolicy`, spec.dnsPolicy, ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]);
  yield* labelCauses(spec.nodeSelector, `${path}.nodeSelector`);
  yield* securityCauses(spec, path);
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) yield field.required(`${path}.imagePullSecrets[${index}].name`);
  }
  yield* dnsCauses(spec, `${path}.dnsConfig`);
  for (const [index, gate] of (spec.readinessGates ?? []).entries()) {
    const at = `${path}.readinessGates[${index}].conditionType`;
    yield* invalidEach(at, gate.conditionType, qualifiedNameProblems(gate.conditionType));
  }
  for (const key of ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] as const) {
    const name = spec[key];
    if (name) yield* invalidEach(`${path}.${key}`, name, [subdomainNameProblem(name)]);
  }
  yield* deadlineCauses(spec.activeDeadlineSeconds, `${path}.activeDeadlineSeconds`);
  for (const key of ["hostname", "subdomain"] as const) {
    const name = spec[key];
    if (name) yield* invalidEach(`${path}.${key}`, name, [labelNameProblem(name)]);
  }
  yield* tolerationsCauses(spec.tolerations ?? [], `${path}.tolerations`);
  for (const [index, { ip, hostnames = [] }] of (spec.hostAliases ?? []).entries()) {
    const at = `${path}.hostAliases[${index}]`;
    yield* invalidEach(`${at}.ip`, ip ?? "", [addressProblem(ip)]);
    for (const [nameIndex, name] of hostnames.entries()) {
      yield* invalidEach(`${at}.hostnames[${nameIndex}]`, name, [subdomainNameProblem(name)]);
    }
  }
}

/** Source: `ValidateTolerations`. */
export function* tolerationsCauses(tolerations: readonly Toleration[], path: string): Causes {
  for (const [index, { key, operator, value = "", effect, tolerationSeconds }] of tolerations.entries()) {
    const at = `${path}[${index}]`;
    if (key) yield* invalidEach(`${at}.key`, key, qualifiedNameProblems(key));
    else if (operator !== "Exists") {
      const message = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
      yield field.invalid(`${at}.operator`, operator ?? "", message);
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      yield field.invalid(`${at}.effect`, effect ?? "", "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    if (operator === undefined || operator === "Equal") {
      const problems = labelValueProblems(value);
      if (problems.length > 0) yield field.invalid(`${at}.operator`, value, problems.join(";"));
    } else if (operator === "Exists") {
      if (value) yield field.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'");
    } else yield field.notSupported(`${at}.operator`, operator, ["Equal", "Exists"]);
    yield* oneOfIfAny(`${at}.effect`, effect, effects);
  }
}

function* hostNetworkCauses(spec: PodSpec, path: string): Causes {
  if (spec.hostNetwork !== true) return;
  for (const [index, container] of (spec.containers ?? []).entries()) {
    for (const [portIndex, { hostPort, containerPort }] of (container.ports ?? []).entries()) {
      if (hostPort === undefined || hostPort === containerPort) continue;
      const at = `${path}.containers[${index}].ports[${portIndex}].hostPort`;
      yield field.invalid(at, hostPort, "must match `containerPort` when `hostNetwork` is true");
    }
  }
}

function* securityCauses(spec: PodSpec, path: string): Causes {
  const { securityContext = {} } = spec;
  const at = `${path}.securityContext`;
  yield* idCauses(securityContext.fsGroup, `${at}.fsGroup`);
  yield* idCauses(securityContext.runAsUser, `${at}.runAsUser`);
  yield* idCauses(securityContext.runAsGroup, `${at}.runAsGroup`);
  for (const [index, id] of (securityContext.supplementalGroups ?? []).entries()) {
    yield* idCauses(id, `${at}.supplementalGroups[${index}]`);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const message = "ShareProcessNamespace and HostPID cannot both be enabled";
    yield field.invalid(`${at}.shareProcessNamespace`, true, message);
  }
  yield* oneOfIfAny(`${at}.fsGroupChangePolicy`, securityContext.fsGroupChangePolicy, ["Always", "OnRootMismatch"]);
  for (const list of ["containers", "initContainers"] as const) {
    for (const [index, container] of (spec[list] ?? []).entries()) {
      yield* idCauses(container.securityContext?.runAsUser, `${path}.${list}[${index}].securityContext.runAsUser`);
      yield* idCauses(container.securityContext?.runAsGroup, `${path}.${list}[${index}].securityContext.runAsGroup`);
    }
  }
}

function* idCauses(id: number | undefined, path: string): Causes {
  if (id === undefined || (id >= 0 && id <= maxId)) return;
  yield field.invalid(path, id, `must be between 0 and ${maxId}, inclusive`);
}

function* dnsCauses({ dnsPolicy, dnsConfig }: PodSpec, path: string): Causes {
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {};
  if (dnsPolicy === "None" && dnsConfig === undefined) {
    yield field.required(path, "must provide `dnsConfig` when `dnsPolicy` is None");
  } else if (dnsPolicy === "None" && nameservers.length === 0) {
    const message = "must provide at least one DNS nameserver when `dnsPolicy` is None";
    yield field.required(`${path}.nameservers`, message);
  }
  if (nameservers.length > 3) {
    yield field.invalid(`${path}.nameservers`, nameservers, "must not have more than 3 nameservers");
  }
  for (const [index, address] of nameservers.entries()) {
    yield* invalidEach(`${path}.nameservers[${index}]`, address, [addressProblem(address)]);
  }
  if (searches.length > 32) {
    yield field.invalid(`${path}.searches`, searches, "must not have more than 32 search paths");
  }
  for (const [index, search] of searches.entries()) {
    const domain = search.replace(/\.$/, "");
    // An underscore is fine in a search domain, and `.` alone means the root.
    const problem = domain === "" ? undefined : subdomainNameProblem(domain.replaceAll("_", "a"));
    yield* invalidEach(`${path}.searches[${index}]`, domain, [problem]);
  }
  for (const [index, option] of options.entries()) {
    if (!option.name) yield field.required(`${path}.options[${index}]`, "must not be empty");
  }
}

function* deadlineCauses(seconds: number | undefined, path: string): Causes {
  if (seconds === undefined || (seconds >= 1 && seconds <= maxId)) return;
  yield field.invalid(path, seconds, `must be between 1 and ${maxId}, inclusive`);
}
