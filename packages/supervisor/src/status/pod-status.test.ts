import type { PodStatus } from "@ordinal/api";
import { expect } from "chai";
import { aContainer, aPod, aView, aViewWithoutSandbox, ended, running, type PodParts } from "../pod.fixture.ts";
import type { PodView } from "../worker/pod-view.ts";
import type { Readiness } from "./conditions.ts";
import { podStatus } from "./pod-status.ts";

const ready: Readiness = { is: "ready" };
const init = aContainer({ name: "init" });
const sidecar = aContainer({ name: "sidecar", restartPolicy: "Always" });
const statusOf = (pod: PodParts, view: PodView, readiness: Readiness = ready): PodStatus =>
  podStatus(aPod(pod), view, { hostIP: "127.0.0.1", readiness });

describe("podStatus", () => {
  const phases: readonly (readonly [title: string, pod: PodParts, view: PodView, phase: string])[] = [
    ["K1 before anything runs", {}, aViewWithoutSandbox(), "Pending"],
    ["K1 with a running container", {}, aView({ known: { nginx: running() } }), "Running"],
    [
      "K1 while one of two is still to start",
      { spec: { containers: [aContainer(), aContainer({ name: "b" })] } },
      aView({ known: { nginx: running() } }),
      "Pending",
    ],
    [
      "K1 while an init container runs",
      { spec: { initContainers: [init] } },
      aView({ known: { init: running() } }),
      "Pending",
    ],
    ["K1 while it is restarted", {}, aView({ known: { nginx: ended({ code: 1 }) } }), "Running"],
    ["K1 after a reboot", {}, aViewWithoutSandbox({ nginx: ended({ code: 255, inSandbox: false }) }), "Running"],
    [
      "K1 after success under Never",
      { spec: { restartPolicy: "Never" } },
      aView({ known: { nginx: ended() } }),
      "Succeeded",
    ],
    [
      "K1 after failure under Never",
      { spec: { restartPolicy: "Never" } },
      aView({ known: { nginx: ended({ code: 3 }) } }),
      "Failed",
    ],
    [
      "K1 after failure under OnFailure",
      { spec: { restartPolicy: "OnFailure" } },
      aView({ known: { nginx: ended({ code: 3 }) } }),
      "Running",
    ],
    [
      "K1 after success under OnFailure",
      { spec: { restartPolicy: "OnFailure" } },
      aView({ known: { nginx: ended() } }),
      "Succeeded",
    ],
    [
      "K1 with a sidecar still running",
      { spec: { restartPolicy: "Never", initContainers: [sidecar] } },
      aView({ known: { sidecar: running(), nginx: ended() } }),
      "Succeeded",
    ],
    [
      "K1 after a failed init container under Never",
      { spec: { restartPolicy: "Never", initContainers: [init] } },
      aView({ known: { init: ended({ code: 1 }) } }),
      "Failed",
    ],
    [
      "K1 deleted, and its process ended well",
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
      aView({ known: { nginx: ended() } }),
      "Succeeded",
    ],
    [
      "K1 deleted, and its process was killed",
      { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } },
      aView({ known: { nginx: ended({ code: 137 }) } }),
      "Failed",
    ],
    ["K1 once finished, for ever", { status: { phase: "Failed" } }, aView({ known: { nginx: running() } }), "Failed"],
    [
      "K1 past its deadline",
      { spec: { activeDeadlineSeconds: 1 }, status: { startTime: "1970-01-01T00:00:00Z" } },
      aView({ known: { nginx: running() } }),
      "Failed",
    ],
  ];
  for (const [title, pod, view, phase] of phases) {
    it(`${title}: ${phase}`, () => expect(statusOf(pod, view).phase).to.equal(phase));
  }

  const states: readonly (readonly [title: string, pod: PodParts, view: PodView, state: string])[] = [
    ["before it starts", {}, aView(), "waiting ContainerCreating"],
    [
      "behind an init container",
      { spec: { initContainers: [init] } },
      aView({ known: { init: running() } }),
      "waiting PodInitializing",
    ],
    [
      "blocked",
      {},
      aView({
        known: { nginx: { inSandbox: false, blocked: { reason: "ErrImagePull", message: "m", retryAtMs: 0 } } },
      }),
      "waiting ErrImagePull",
    ],
    ["running", {}, aView({ known: { nginx: running() } }), "running 1970-01-01T00:15:00Z"],
    ["just ended", {}, aView({ known: { nginx: ended({ code: 2 }) } }), "terminated 2 Error"],
    [
      "in crash back-off",
      {},
      aView({ known: { nginx: ended({ code: 2, restart: { atMs: 1_000_001, delayMs: 10_000 } }) } }),
      "waiting CrashLoopBackOff after 2 Error",
    ],
    ["over", { spec: { restartPolicy: "Never" } }, aView({ known: { nginx: ended() } }), "terminated 0 Completed"],
    [
      "lost in a reboot",
      {},
      aViewWithoutSandbox({ nginx: ended({ code: 255, reason: "Unknown", inSandbox: false }) }),
      "waiting ContainerCreating after 255 Unknown",
    ],
  ];
  for (const [title, pod, view, state] of states) {
    it(`shows a container ${title} as ${state}`, () => expect(sayState(statusOf(pod, view))).to.equal(state));
  }

  it("K3 says how long it backs off, in upstream's words", () => {
    const status = statusOf(
      {},
      aView({ known: { nginx: ended({ code: 2, restart: { atMs: 1_300_000, delayMs: 160_000 } }) } }),
    );
    expect(status.containerStatuses?.[0]?.state?.waiting?.message).to.equal(
      "back-off 2m40s restarting failed container=nginx pod=web-0_default(uid-web-0)",
    );
  });

  const conditions: readonly (readonly [
    title: string,
    pod: PodParts,
    view: PodView,
    readiness: Readiness,
    shown: string,
  ])[] = [
    [
      "before the sandbox",
      {},
      aViewWithoutSandbox(),
      ready,
      "PodReadyToStartContainers=False Initialized=True Ready=False:ContainersNotReady ContainersReady=False:ContainersNotReady PodScheduled=True",
    ],
    [
      "when all is well",
      {},
      aView({ known: { nginx: running() } }),
      ready,
      "PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True",
    ],
    [
      "D9 while DNS does not know it yet",
      {},
      aView({ known: { nginx: running() } }),
      { is: "waiting", message: "m" },
      "PodReadyToStartContainers=True Initialized=True Ready=False:NamesNotServed ContainersReady=True PodScheduled=True",
    ],
    [
      "during init",
      { spec: { initContainers: [init] } },
      aView({ known: { init: running() } }),
      ready,
      "PodReadyToStartContainers=True Initialized=False:ContainersNotInitialized Ready=False:ContainersNotReady ContainersReady=False:ContainersNotReady PodScheduled=True",
    ],
    [
      "after success",
      { spec: { restartPolicy: "Never" } },
      aView({ known: { nginx: ended() } }),
      ready,
      "PodReadyToStartContainers=True Initialized=True:PodCompleted Ready=False:PodCompleted ContainersReady=False:PodCompleted PodScheduled=True",
    ],
    [
      "with an open readiness gate",
      { spec: { readinessGates: [{ conditionType: "example.com/gate" }] } },
      aView({ known: { nginx: running() } }),
      ready,
      "PodReadyToStartContainers=True Initialized=True Ready=False:ReadinessGatesNotReady ContainersReady=True PodScheduled=True",
    ],
    [
      "when the supervisor ends",
      {},
      aView({ known: { nginx: running() }, shutdownGraceMs: 1 }),
      ready,
      "PodReadyToStartContainers=True Initialized=True Ready=False:ContainersNotReady ContainersReady=False:ContainersNotReady PodScheduled=True",
    ],
  ];
  for (const [title, pod, view, readiness, shown] of conditions) {
    it(`has the conditions of a pod ${title}`, () =>
      expect(sayConditions(statusOf(pod, view, readiness))).to.equal(shown));
  }

  it("keeps the time of a condition that stays, and the conditions of others", () => {
    const earlier = "2020-01-01T00:00:00Z";
    const status = {
      conditions: [
        { type: "ContainersReady", status: "True", lastTransitionTime: earlier },
        { type: "Ready", status: "False", lastTransitionTime: earlier },
        { type: "example.com/gate", status: "True" },
      ],
    };
    const { conditions: shown = [] } = statusOf({ status }, aView({ known: { nginx: running() } }));
    const timeOf = (type: string): string | undefined => shown.find((each) => each.type === type)?.lastTransitionTime;
    expect(timeOf("ContainersReady")).to.equal(earlier);
    expect(timeOf("Ready")).to.equal("1970-01-01T00:16:40Z");
    expect(shown.at(-1)).to.deep.equal({ type: "example.com/gate", status: "True" });
  });

  it("names every run, its restarts and the last one", () => {
    const known = {
      nginx: {
        ...running({ attempt: 3 }),
        previous: { is: "ended", attempt: 2, code: 1, reason: "Error", startedAtMs: 0, finishedAtMs: 1_000 } as const,
        imageId: "ordinal://profiles/nginx",
      },
    };
    expect(statusOf({}, aView({ known })).containerStatuses).to.deep.equal([
      {
        name: "nginx",
        image: "nginx:1.9.1",
        imageID: "ordinal://profiles/nginx",
        containerID: "ordinal://uid-web-0/nginx/3",
        ready: true,
        started: true,
        restartCount: 3,
        state: { running: { startedAt: "1970-01-01T00:15:00Z" } },
        lastState: {
          terminated: {
            exitCode: 1,
            reason: "Error",
            startedAt: "1970-01-01T00:00:00Z",
            finishedAt: "1970-01-01T00:00:01Z",
            containerID: "ordinal://uid-web-0/nginx/2",
          },
        },
      },
    ]);
  });

  it("has the addresses, the time it started and its quality of service", () => {
    const { podIP, podIPs, hostIP, startTime, qosClass } = statusOf({}, aView());
    expect({ podIP, podIPs, hostIP, startTime, qosClass }).to.deep.equal({
      podIP: "127.244.0.2",
      podIPs: [{ ip: "127.244.0.2" }],
      hostIP: "127.0.0.1",
      startTime: "1970-01-01T00:16:40Z",
      qosClass: "BestEffort",
    });
  });

  it("S46 calls an evicted pod Failed for good, with the reason, while its containers still end", () => {
    const view = aView({ known: { nginx: running() }, eviction: "too much" });
    const status = statusOf({}, view);
    expect([status.phase, status.reason, status.message]).to.deep.equal(["Failed", "Evicted", "too much"]);
    const later = statusOf({ status }, aView({ known: { nginx: ended({ code: 137 }) } }));
    expect([later.phase, later.reason, later.message]).to.deep.equal(["Failed", "Evicted", "too much"]);
    const finished = statusOf({ status: { phase: "Succeeded" } }, view);
    expect([finished.phase, finished.reason]).to.deep.equal(["Succeeded", undefined]);
  });
});

function sayState(status: PodStatus): string {
  const { state, lastState } = status.containerStatuses?.[0] ?? {};
  const last =
    lastState?.terminated === undefined ? "" : ` after ${lastState.terminated.exitCode} ${lastState.terminated.reason}`;
  if (state?.waiting !== undefined) return `waiting ${state.waiting.reason}${last}`;
  if (state?.running !== undefined) return `running ${state.running.startedAt}${last}`;
  return `terminated ${state?.terminated?.exitCode} ${state?.terminated?.reason}${last}`;
}

function sayConditions(status: PodStatus): string {
  return (status.conditions ?? [])
    .map(({ type, status: verdict, reason }) => `${type}=${verdict}${reason === undefined ? "" : `:${reason}`}`)
    .join(" ");
}
