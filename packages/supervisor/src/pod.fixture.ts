import type { Container, Pod, PodSpec, PodStatus } from "@ordinal/api";
import type { ContainerView, EndedRun, PodView, RunningRun } from "./worker/pod-view.ts";

export interface PodParts {
  readonly metadata?: Partial<Pod["metadata"]>;
  readonly spec?: Partial<PodSpec>;
  readonly status?: PodStatus;
}

/** web-0 in default, with one nginx container unless the spec says otherwise. */
export function aPod({ metadata = {}, spec = {}, status }: PodParts = {}): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-0",
      namespace: "default",
      uid: "uid-web-0",
      resourceVersion: "7",
      creationTimestamp: "2026-01-01T00:00:00Z",
      ...metadata,
    },
    spec: { containers: [aContainer()], nodeName: "ordinal", ...spec },
    ...(status === undefined ? {} : { status }),
  };
}

export function aContainer(parts: Partial<Container> = {}): Container {
  return { name: "nginx", image: "nginx:1.9.1", ...parts };
}

/** What is known of a pod at `nowMs` 1 000 000; an address means that its sandbox is open. */
export function aView(
  parts: Partial<PodView> & { readonly known?: Readonly<Record<string, ContainerView>> } = {},
): PodView {
  const { known = {}, ...rest } = parts;
  return {
    nowMs: 1_000_000,
    isGone: false,
    isWithdrawn: false,
    address: "127.244.0.2",
    containers: new Map(Object.entries(known)),
    ...rest,
  };
}

/** Without a sandbox. */
export function aViewWithoutSandbox(known: Readonly<Record<string, ContainerView>> = {}): PodView {
  const { address: _address, ...rest } = aView({ known });
  return rest;
}

export function running(parts: Partial<RunningRun> = {}): ContainerView {
  const run: RunningRun = {
    is: "running",
    attempt: 0,
    startedAtMs: 900_000,
    started: true,
    ready: true,
    stopping: false,
    ...parts,
  };
  return { run, inSandbox: true };
}

export function ended(
  parts: Partial<EndedRun> & Pick<Partial<ContainerView>, "inSandbox" | "restart"> = {},
): ContainerView {
  const { inSandbox = true, restart, ...run } = parts;
  const code = run.code ?? 0;
  return {
    inSandbox,
    run: {
      is: "ended",
      attempt: 0,
      code,
      reason: code === 0 ? "Completed" : "Error",
      startedAtMs: 900_000,
      finishedAtMs: 950_000,
      ...run,
    },
    ...(restart === undefined ? {} : { restart }),
  };
}
