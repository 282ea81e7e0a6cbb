import type { ContainerState, ContainerStatus, Pod } from "@ordinal/api";
import { expect } from "chai";
import { podTable } from "./pods.ts";

const nowMs = Date.UTC(2026, 0, 1, 0, 10, 0);
const started = "2026-01-01T00:09:00Z";

interface PodShape {
  readonly phase?: string;
  readonly containers?: readonly Partial<ContainerStatus>[];
  readonly init?: readonly Partial<ContainerStatus>[];
  readonly sidecars?: readonly string[];
  readonly conditions?: Readonly<Record<string, string>>;
  readonly deleted?: boolean;
  readonly reason?: string;
  readonly gated?: boolean;
}

function pod(shape: PodShape): Pod {
  const {
    phase = "Running",
    containers = [],
    init = [],
    sidecars = [],
    conditions = {},
    deleted,
    reason,
    gated,
  } = shape;
  const initNames = init.map(({ name }, index) => name ?? `init${index}`);
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web-0",
      namespace: "default",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:05:00Z",
      ...(deleted === true ? { deletionTimestamp: started } : {}),
    },
    spec: {
      nodeName: "ordinal",
      containers: (containers.length === 0 ? [{}] : containers).map((_, index) => ({ name: `main${index}` })),
      ...(init.length === 0
        ? {}
        : {
            initContainers: initNames.map((name) => ({
              name,
              ...(sidecars.includes(name) ? { restartPolicy: "Always" } : {}),
            })),
          }),
    },
    status: {
      phase,
      ...(reason === undefined ? {} : { reason }),
      podIPs: [{ ip: "10.244.0.2" }],
      conditions: [
        ...Object.entries(conditions).map(([type, status]) => ({ type, status })),
        ...(gated === true ? [{ type: "PodScheduled", status: "False", reason: "SchedulingGated" }] : []),
      ],
      containerStatuses: statuses(containers, "main"),
      initContainerStatuses: statuses(init, "init"),
    },
  };
}

function statuses(given: readonly Partial<ContainerStatus>[], prefix: string): readonly ContainerStatus[] {
  const plain = { image: "", imageID: "", ready: false, restartCount: 0 };
  return given.map((each, index) => ({ name: `${prefix}${index}`, ...plain, ...each }));
}

const running: ContainerState = { running: { startedAt: started } };
const waiting = (reason: string): ContainerState => ({ waiting: { reason } });
const ended = (exitCode: number, rest: object = {}): ContainerState => ({ terminated: { exitCode, ...rest } });
const earlier = (finishedAt: string): ContainerState => ended(1, { finishedAt });

describe("podTable", () => {
  const cases: readonly (readonly [what: string, shape: PodShape, expected: string])[] = [
    ["a pod nobody has looked at", { phase: "Pending" }, "0/1 Pending 0"],
    ["a gated pod", { phase: "Pending", gated: true }, "0/1 SchedulingGated 0"],
    [
      "a pod whose container is made",
      { phase: "Pending", containers: [{ state: waiting("ContainerCreating") }] },
      "0/1 ContainerCreating 0",
    ],
    ["a ready pod", { containers: [{ ready: true, state: running }] }, "1/1 Running 0"],
    ["a running pod that is not ready", { containers: [{ state: running }] }, "0/1 Running 0"],
    [
      "a pod that crashes",
      {
        containers: [
          { restartCount: 3, state: waiting("CrashLoopBackOff"), lastState: earlier("2026-01-01T00:09:55Z") },
        ],
      },
      "0/1 CrashLoopBackOff 3 (5s ago)",
    ],
    [
      "a pod restarted twice, the later time counted",
      {
        containers: [
          { ready: true, restartCount: 1, state: running, lastState: earlier("2026-01-01T00:08:00Z") },
          { ready: true, restartCount: 1, state: running, lastState: earlier("2026-01-01T00:07:00Z") },
        ],
      },
      "2/2 Running 2 (2m ago)",
    ],
    [
      "a pod that has succeeded",
      { phase: "Succeeded", containers: [{ state: ended(0, { reason: "Completed" }) }] },
      "0/1 Completed 0",
    ],
    [
      "a pod that has failed",
      { phase: "Failed", containers: [{ state: ended(7, { reason: "Error" }) }] },
      "0/1 Error 0",
    ],
    ["an exit without a reason", { phase: "Failed", containers: [{ state: ended(7) }] }, "0/1 ExitCode:7 0"],
    [
      "a signal without a reason",
      { phase: "Failed", containers: [{ state: ended(0, { signal: 9 }) }] },
      "0/1 Signal:9 0",
    ],
    [
      "a ready pod with one container done",
      {
        conditions: { Ready: "True" },
        containers: [{ state: ended(0, { reason: "Completed" }) }, { ready: true, state: running }],
      },
      "1/2 Running 0",
    ],
    [
      "an unready pod with one container done",
      { containers: [{ state: ended(0, { reason: "Completed" }) }, { ready: true, state: running }] },
      "1/2 NotReady 0",
    ],
    ["a pod on its way out", { deleted: true, containers: [{ ready: true, state: running }] }, "1/1 Terminating 0"],
    [
      "a finished pod on its way out",
      { phase: "Succeeded", deleted: true, containers: [{ state: ended(0, { reason: "Completed" }) }] },
      "0/1 Completed 0",
    ],
    ["a pod whose node is lost", { deleted: true, reason: "NodeLost" }, "0/1 Unknown 0"],
    ["an evicted pod", { phase: "Failed", reason: "Evicted" }, "0/1 Evicted 0"],
    [
      "a pod before its first init container",
      {
        phase: "Pending",
        init: [{ state: waiting("PodInitializing") }, {}],
        containers: [{ state: waiting("PodInitializing") }],
      },
      "0/1 Init:0/2 0",
    ],
    [
      "a pod in its second init container",
      {
        phase: "Pending",
        init: [{ state: ended(0, { reason: "Completed" }) }, { state: running }],
        containers: [{ state: waiting("PodInitializing") }],
      },
      "0/1 Init:1/2 0",
    ],
    [
      "an init container that fails",
      { phase: "Pending", init: [{ restartCount: 2, state: ended(1, { reason: "Error" }) }] },
      "0/1 Init:Error 2",
    ],
    [
      "an init container that crashes",
      { phase: "Pending", init: [{ restartCount: 2, state: waiting("CrashLoopBackOff") }] },
      "0/1 Init:CrashLoopBackOff 2",
    ],
    [
      "an init container killed in silence",
      { phase: "Pending", init: [{ state: ended(1, { signal: 15 }) }] },
      "0/1 Init:Signal:15 0",
    ],
    [
      "a pod past its init containers, whose restarts are forgotten",
      {
        init: [{ restartCount: 4, state: ended(0, { reason: "Completed" }) }],
        conditions: { Initialized: "True" },
        containers: [{ ready: true, state: running }],
      },
      "1/1 Running 0",
    ],
    [
      "a sidecar that is ready",
      {
        init: [{ name: "init0", ready: true, started: true, restartCount: 1, state: running }],
        sidecars: ["init0"],
        containers: [{ ready: true, state: running }],
      },
      "2/2 Running 1",
    ],
    [
      "a sidecar that has not started",
      { phase: "Pending", init: [{ name: "init0", state: running }], sidecars: ["init0"] },
      "0/2 Init:0/1 0",
    ],
  ];
  for (const [what, shape, expected] of cases) {
    it(`A7 shows ${what} as ${expected}`, () => {
      const [name, ready, status, restarts, age] = podTable.cells(pod(shape), nowMs);
      expect(name).to.equal("web-0");
      expect(`${ready} ${status} ${restarts}`).to.equal(expected);
      expect(age).to.equal("5m");
    });
  }

  it("A7 shows address, node and gates in the wide columns", () => {
    expect(podTable.cells(pod({}), nowMs).slice(5)).to.deep.equal(["10.244.0.2", "ordinal", "<none>", "<none>"]);
    const gates = [{ conditionType: "a" }, { conditionType: "b" }];
    const gated = pod({ conditions: { a: "True", b: "False" } });
    expect(podTable.cells({ ...gated, spec: { ...gated.spec, readinessGates: gates } }, nowMs).at(-1)).to.equal("1/2");
  });

  it("says of a finished pod that it is completed", () => {
    expect(podTable.conditions?.(pod({ phase: "Failed" }))?.[0]?.reason).to.equal("Failed");
    expect(podTable.conditions?.(pod({}))).to.equal(undefined);
  });
});
