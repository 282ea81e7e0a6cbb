import type { Container, Probe } from "../types.ts";
import { invalidEach, nonnegative, oneOf } from "./causes.ts";
import type { Causes } from "./causes.ts";
import { field } from "./field-errors.ts";
import { headerNameProblem, portNameProblems, portNumberProblem } from "./formats.ts";

type Lifecycle = NonNullable<Container["lifecycle"]>;
type Handler = Probe & NonNullable<Lifecycle["preStop"]>;
const handlerTypes = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"] as const;

/** The three probes of a container. Source: `validateLivenessProbe` and its siblings. */
export function* probesCauses(container: Container, path: string): Causes {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  for (const [name, probe] of Object.entries({ livenessProbe, startupProbe })) {
    if (probe === undefined) continue;
    yield* probeCauses(probe, `${path}.${name}`);
    if (probe.successThreshold === 1) continue;
    yield field.invalid(`${path}.${name}.successThreshold`, probe.successThreshold, "must be 1");
  }
  if (readinessProbe === undefined) return;
  yield* probeCauses(readinessProbe, `${path}.readinessProbe`);
  const seconds = readinessProbe.terminationGracePeriodSeconds;
  if (seconds === undefined) return;
  const at = `${path}.readinessProbe.terminationGracePeriodSeconds`;
  yield field.invalid(at, seconds, "must not be set for readinessProbes");
}

/** What runs after the start and before the stop. */
export function* lifecycleCauses(
  lifecycle: Lifecycle,
  { path, graceSeconds }: { readonly path: string; readonly graceSeconds: number },
): Causes {
  for (const [name, handler] of Object.entries({ postStart: lifecycle.postStart, preStop: lifecycle.preStop })) {
    if (handler === undefined) continue;
    yield* handlerCauses(handler, `${path}.${name}`);
    const seconds = handler.sleep?.seconds;
    if (seconds === undefined || (seconds >= 0 && seconds <= graceSeconds)) continue;
    const message = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`;
    yield field.invalid(`${path}.${name}.sleep`, seconds, message);
  }
}

/** A port by number or by name. Source: `ValidatePortNumOrName`. */
export function* portCauses(port: number | string | undefined, path: string): Causes {
  if (typeof port === "string") yield* invalidEach(path, port, portNameProblems(port));
  else yield* invalidEach(path, port ?? 0, [portNumberProblem(port)]);
}

function* probeCauses(probe: Probe, path: string): Causes {
  yield* handlerCauses(probe, path);
  for (const key of [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ] as const) {
    yield* nonnegative(`${path}.${key}`, probe[key]);
  }
  const seconds = probe.terminationGracePeriodSeconds;
  if (seconds !== undefined && seconds <= 0) {
    yield field.invalid(`${path}.terminationGracePeriodSeconds`, seconds, "must be greater than 0");
  }
}

function* handlerCauses(handler: Partial<Handler>, path: string): Causes {
  const types = handlerTypes.filter((type) => handler[type] !== undefined);
  if (types.length === 0) yield field.required(path, "must specify a handler type");
  for (const extra of types.slice(1))
    yield field.forbidden(`${path}.${extra}`, "may not specify more than 1 handler type");
  const { exec, httpGet, tcpSocket, grpc } = handler;
  if (exec !== undefined && (exec.command ?? []).length === 0) yield field.required(`${path}.exec.command`);
  if (httpGet !== undefined) {
    yield* portCauses(httpGet.port, `${path}.httpGet.port`);
    yield* oneOf(`${path}.httpGet.scheme`, httpGet.scheme, ["HTTP", "HTTPS"]);
    for (const { name } of httpGet.httpHeaders ?? []) {
      yield* invalidEach(`${path}.httpGet.httpHeaders`, name, [headerNameProblem(name)]);
    }
  }
  if (tcpSocket !== undefined) yield* portCauses(tcpSocket.port, `${path}.tcpSocket.port`);
  if (grpc !== undefined) yield* portCauses(grpc.port, `${path}.grpc.port`);
}
