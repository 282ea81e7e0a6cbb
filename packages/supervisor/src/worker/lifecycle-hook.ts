import type { Container } from "@ordinal/api";
import type { Clock } from "@ordinal/runtime";
import { runInContainer } from "../probes/check-exec.ts";
import { checkHttp } from "../probes/check-http.ts";
import { checkTcp } from "../probes/check-tcp.ts";
import { findPort } from "../probes/named-port.ts";
import type { PodRuntime, RunId } from "../pod-runtime.ts";

export type LifecycleHandler = NonNullable<NonNullable<Container["lifecycle"]>["preStop"]>;

export interface HookOptions {
  readonly handler: LifecycleHandler;
  readonly container: Container;
  readonly run: RunId;
  /** The pod's address. */
  readonly address: string;
  readonly runtime: Pick<PodRuntime, "exec">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Runs a postStart or preStop handler to its end, or until aborted. Gives what went wrong. Source: kubelet `lifecycle/handlers.go`. */
export async function runHook(options: HookOptions): Promise<string | undefined> {
  const { handler, container, run, address, runtime, clock, signal } = options;
  if (handler.exec !== undefined) {
    const argv = handler.exec.command ?? [];
    const { code, output } = await runInContainer({ runtime, run, argv, signal });
    return code === 0
      ? undefined
      : `Exec lifecycle hook ([${argv.join(" ")}]) for Container ${JSON.stringify(container.name)} failed - error: ${describe(code)}, message: ${JSON.stringify(output)}`;
  }
  if (handler.httpGet !== undefined) {
    const port = findPort(handler.httpGet.port, container);
    if (!port.ok) return port.error;
    const result = await checkHttp({ action: handler.httpGet, address, port: port.value, signal });
    return result.is === "failure"
      ? `HTTP lifecycle hook (${handler.httpGet.path ?? "/"}) for Container ${JSON.stringify(container.name)} failed - error: ${result.message}`
      : undefined;
  }
  if (handler.tcpSocket !== undefined) {
    const port = findPort(handler.tcpSocket.port, container);
    if (!port.ok) return port.error;
    const result = await checkTcp({ host: handler.tcpSocket.host ?? address, port: port.value, signal });
    return result.is === "failure" ? result.message : undefined;
  }
  // An abort only ends the sleep early.
  if (handler.sleep !== undefined) await clock.sleep(handler.sleep.seconds * 1_000, signal).catch(() => {});
  return undefined;
}

function describe(code: number | "timeout" | "failed"): string {
  if (code === "timeout") return "the time was up";
  return code === "failed" ? "could not be run" : `command terminated with exit code ${code}`;
}
