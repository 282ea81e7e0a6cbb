import { labelNameProblem, subdomainNameProblem } from "../names.ts";
import type { Container, PodSpec } from "../types.ts";
import { invalidEach, oneOf, oneOfIfAny } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { downwardFieldCauses, environmentFields, resourceFieldCauses } from "./downward.ts";
import { field } from "./field-errors.ts";
import { configKeyProblems, environmentNameProblem, portNameProblems, portNumberProblem } from "./formats.ts";
import { mountsCauses } from "./mounts.ts";
import type { VolumeNames } from "./mounts.ts";
import { lifecycleCauses, probesCauses } from "./probes.ts";
import { resourcesCauses } from "./resources.ts";

type Env = NonNullable<Container["env"]>;
type EnvFrom = NonNullable<Container["envFrom"]>;
const protocols = ["SCTP", "TCP", "UDP"];

/** Source: `validateContainers` and `validateInitContainers`. */
export function* containersCauses(spec: PodSpec, { path, volumes }: { path: string; volumes: VolumeNames }): Causes {
  const { containers, initContainers = [] } = spec;
  const graceSeconds = spec.terminationGracePeriodSeconds ?? 30;
  const names = new Set<string>();
  if (containers.length === 0) yield field.required(`${path}.containers`);
  for (const [index, container] of containers.entries()) {
    const at = `${path}.containers[${index}]`;
    yield* containerCauses(container, { path: at, volumes });
    yield* uniqueName(container.name, { path: at, names });
    if (container.lifecycle) yield* lifecycleCauses(container.lifecycle, { path: `${at}.lifecycle`, graceSeconds });
    yield* probesCauses(container, at);
    if (container.restartPolicy === undefined) continue;
    yield field.forbidden(`${at}.restartPolicy`, "may not be set for non-init containers");
  }
  yield* hostPortCauses(containers, `${path}.containers`);
  for (const [index, container] of initContainers.entries()) {
    const at = `${path}.initContainers[${index}]`;
    yield* containerCauses(container, { path: at, volumes });
    yield* oneOfIfAny(`${at}.restartPolicy`, container.restartPolicy, ["Always"]);
    yield* uniqueName(container.name, { path: at, names });
    yield* initContainerCauses(container, { path: at, graceSeconds });
  }
}

function* initContainerCauses(container: Container, at: { path: string; graceSeconds: number }): Causes {
  const { path, graceSeconds } = at;
  if (container.restartPolicy === "Always") {
    if (container.lifecycle) yield* lifecycleCauses(container.lifecycle, { path: `${path}.lifecycle`, graceSeconds });
    yield* probesCauses(container, path);
    return;
  }
  for (const key of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
    if (container[key] === undefined) continue;
    yield field.forbidden(`${path}.${key}`, "may not be set for init containers without restartPolicy=Always");
  }
}

function* uniqueName(name: string, { path, names }: { path: string; names: Set<string> }): Causes {
  if (names.has(name)) yield field.duplicate(`${path}.name`, name);
  if (name) names.add(name);
}

/** Source: `validateContainerCommon`. */
function* containerCauses(container: Container, { path, volumes }: { path: string; volumes: VolumeNames }): Causes {
  if (!container.name) yield field.required(`${path}.name`);
  else yield* invalidEach(`${path}.name`, container.name, [labelNameProblem(container.name)]);
  const { image = "" } = container;
  if (image === "") yield field.required(`${path}.image`);
  else if (image.trim() !== image) {
    yield field.invalid(`${path}.image`, image, "must not have leading or trailing whitespace");
  }
  const policies = ["FallbackToLogsOnError", "File"];
  yield* oneOf(`${path}.terminationMessagePolicy`, container.terminationMessagePolicy, policies);
  yield* portsCauses(container.ports ?? [], `${path}.ports`);
  yield* environmentCauses(container.env ?? [], `${path}.env`);
  yield* environmentFromCauses(container.envFrom ?? [], `${path}.envFrom`);
  yield* mountsCauses(container, { path, volumes });
  yield* oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ["Always", "IfNotPresent", "Never"]);
  yield* resourcesCauses(container.resources ?? {}, `${path}.resources`);
}

function* portsCauses(ports: NonNullable<Container["ports"]>, path: string): Causes {
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `${path}[${index}]`;
    if (port.name) {
      const problems = portNameProblems(port.name);
      yield* invalidEach(`${at}.name`, port.name, problems);
      if (problems.length === 0 && names.has(port.name)) yield field.duplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
    if (!port.containerPort) yield field.required(`${at}.containerPort`);
    else yield* invalidEach(`${at}.containerPort`, port.containerPort, [portNumberProblem(port.containerPort)]);
    if (port.hostPort) yield* invalidEach(`${at}.hostPort`, port.hostPort, [portNumberProblem(port.hostPort)]);
    yield* oneOf(`${at}.protocol`, port.protocol, protocols);
  }
}

function* hostPortCauses(containers: readonly Container[], path: string): Causes {
  const taken = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [portIndex, port] of (container.ports ?? []).entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol}/${port.hostIP ?? ""}/${port.hostPort}`;
      if (taken.has(key)) yield field.duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key);
      taken.add(key);
    }
  }
}

function* environmentCauses(variables: Env, path: string): Causes {
  for (const [index, variable] of variables.entries()) {
    const at = `${path}[${index}]`;
    if (!variable.name) yield field.required(`${at}.name`);
    else yield* invalidEach(`${at}.name`, variable.name, [environmentNameProblem(variable.name)]);
    if (variable.valueFrom !== undefined) yield* valueFromCauses(variable, `${at}.valueFrom`);
  }
}

function* valueFromCauses({ value, valueFrom = {} }: Env[number], path: string): Causes {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef) yield* downwardFieldCauses(fieldRef, { path: `${path}.fieldRef`, fields: environmentFields });
  if (resourceFieldRef) yield* resourceFieldCauses(resourceFieldRef, `${path}.resourceFieldRef`);
  if (configMapKeyRef) yield* keySelectorCauses(configMapKeyRef, `${path}.configMapKeyRef`);
  if (secretKeyRef) yield* keySelectorCauses(secretKeyRef, `${path}.secretKeyRef`);
  const count = Object.keys(valueFrom).length;
  const all = "`fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`";
  if (count === 0) yield field.invalid(path, "", `must specify one of: ${all}`);
  else if (value) yield field.invalid(path, "", "may not be specified when `value` is not empty");
  else if (count > 1) yield field.invalid(path, "", "may not have more than one field specified at a time");
}

function* keySelectorCauses(reference: { readonly name?: string; readonly key: string }, path: string): Causes {
  const { name = "", key } = reference;
  yield* invalidEach(`${path}.name`, name, [subdomainNameProblem(name)]);
  if (!key) yield field.required(`${path}.key`);
  else yield* invalidEach(`${path}.key`, key, configKeyProblems(key));
}

function* environmentFromCauses(sources: EnvFrom, path: string): Causes {
  for (const [index, { prefix, configMapRef, secretRef }] of sources.entries()) {
    const at = `${path}[${index}]`;
    if (prefix) yield* invalidEach(`${at}.prefix`, prefix, [environmentNameProblem(prefix)]);
    if (configMapRef) yield* referenceCauses(configMapRef.name, `${at}.configMapRef.name`);
    if (secretRef) yield* referenceCauses(secretRef.name, `${at}.secretRef.name`);
    if (!configMapRef && !secretRef)
      yield field.invalid(path, "", "must specify one of: `configMapRef` or `secretRef`");
    if (configMapRef && secretRef)
      yield field.invalid(path, "", "may not have more than one field specified at a time");
  }
}

function* referenceCauses(name: string | undefined, path: string): Causes {
  if (!name) yield field.required(path);
  else yield* invalidEach(path, name, [subdomainNameProblem(name)]);
}
