import { expect } from "chai";
import { aContainer, aPod, aView, aViewWithoutSandbox, ended, running, type PodParts } from "../pod.fixture.ts";
import { planPod } from "./plan-pod.ts";
import type { Plan } from "./plan.ts";
import type { PodView } from "./pod-view.ts";

const init = aContainer({ name: "init" });
const sidecar = aContainer({ name: "sidecar", restartPolicy: "Always" });
const main = aContainer({ name: "main" });
const second = aContainer({ name: "second" });
const going = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", deletionGracePeriodSeconds: 30 } };

describe("planPod", () => {
  const cases: readonly (readonly [title: string, pod: PodParts, view: PodView, plan: string])[] = [
    ["opens the sandbox first", {}, aViewWithoutSandbox(), "open"],
    ["starts the container in it", {}, aView(), "start nginx 0"],
    ["leaves a running container alone", {}, aView({ known: { nginx: running() } }), "nothing"],
    [
      "starts all main containers together",
      { spec: { containers: [main, second] } },
      aView(),
      "start main 0, start second 0",
    ],
    ["K7 runs init containers before the main ones", { spec: { initContainers: [init] } }, aView(), "start init 0"],
    [
      "K7 waits for an init container",
      { spec: { initContainers: [init] } },
      aView({ known: { init: running() } }),
      "nothing",
    ],
    [
      "K7 goes on when it is done",
      { spec: { initContainers: [init] } },
      aView({ known: { init: ended() } }),
      "start nginx 0",
    ],
    [
      "K7 runs init containers one after the other",
      { spec: { initContainers: [init, { ...init, name: "next" }] } },
      aView({ known: { init: ended() } }),
      "start next 0",
    ],
    [
      "K7 repeats a failed init container",
      { spec: { initContainers: [init] } },
      aView({ known: { init: ended({ code: 1 }) } }),
      "start init 1",
    ],
    [
      "K7 gives up after a failed init container under Never",
      { spec: { initContainers: [init], restartPolicy: "Never" } },
      aView({ known: { init: ended({ code: 1 }) } }),
      "nothing",
    ],
    [
      "K7 repeats init containers in a new sandbox",
      { spec: { initContainers: [init] } },
      aView({ known: { init: ended({ inSandbox: false }), nginx: ended({ inSandbox: false, code: 255 }) } }),
      "start init 1",
    ],
    [
      "K7 waits until a sidecar has started",
      { spec: { initContainers: [sidecar, init] } },
      aView({ known: { sidecar: running({ started: false }) } }),
      "nothing",
    ],
    [
      "K7 goes on beside a sidecar",
      { spec: { initContainers: [sidecar, init] } },
      aView({ known: { sidecar: running() } }),
      "start init 0",
    ],
    [
      "K7 restarts a sidecar beside main containers",
      { spec: { initContainers: [sidecar] } },
      aView({ known: { sidecar: ended(), nginx: running() } }),
      "start sidecar 1",
    ],
    [
      "K7 stops sidecars when the main containers are over",
      { spec: { initContainers: [sidecar], restartPolicy: "Never" } },
      aView({ known: { sidecar: running(), nginx: ended() } }),
      "stop sidecar 1030000",
    ],
    ["K2 restarts under Always, whatever the code", {}, aView({ known: { nginx: ended() } }), "start nginx 1"],
    [
      "K2 restarts a failure under OnFailure",
      { spec: { restartPolicy: "OnFailure" } },
      aView({ known: { nginx: ended({ code: 1 }) } }),
      "start nginx 1",
    ],
    [
      "K2 lets success be under OnFailure",
      { spec: { restartPolicy: "OnFailure" } },
      aView({ known: { nginx: ended() } }),
      "nothing",
    ],
    [
      "K2 never restarts under Never",
      { spec: { restartPolicy: "Never" } },
      aView({ known: { nginx: ended({ code: 1 }) } }),
      "nothing",
    ],
    [
      "K2 opens no sandbox for what is over",
      { spec: { restartPolicy: "Never" } },
      aViewWithoutSandbox({ nginx: ended({ inSandbox: false }) }),
      "nothing",
    ],
    [
      "K3 waits for the crash back-off",
      {},
      aView({ known: { nginx: ended({ restart: { atMs: 1_005_000, delayMs: 10_000 } }) } }),
      "nothing, again at 1005000",
    ],
    [
      "K3 restarts when the back-off is over",
      {},
      aView({ known: { nginx: ended({ restart: { atMs: 1_000_000, delayMs: 10_000 } }) } }),
      "start nginx 1",
    ],
    [
      "restarts at once in a new sandbox",
      {},
      aView({
        known: {
          nginx: ended({ code: 255, inSandbox: false, attempt: 4, restart: { atMs: 1_005_000, delayMs: 10_000 } }),
        },
      }),
      "start nginx 5",
    ],
    [
      "waits before it tries a blocked container again",
      {},
      aView({
        known: { nginx: { inSandbox: false, blocked: { reason: "ErrImagePull", message: "", retryAtMs: 1_001_000 } } },
      }),
      "nothing, again at 1001000",
    ],
    [
      "K4 stops what a probe condemned",
      {},
      aView({ known: { nginx: running({ condemned: "failed" }) } }),
      "stop nginx 1030000",
    ],
    [
      "K4 gives it the pod's grace",
      { spec: { terminationGracePeriodSeconds: 5 } },
      aView({ known: { nginx: running({ condemned: "failed" }) } }),
      "stop nginx 1005000",
    ],
    ["K4 condemns once", {}, aView({ known: { nginx: running({ condemned: "failed", stopping: true }) } }), "nothing"],
    [
      "looks again at the pod's deadline",
      { spec: { activeDeadlineSeconds: 60 }, status: { startTime: "1970-01-01T00:16:00Z" } },
      aView({ known: { nginx: running() } }),
      "nothing, again at 1020000",
    ],
    [
      "stops at the pod's deadline",
      { spec: { activeDeadlineSeconds: 60 }, status: { startTime: "1970-01-01T00:15:00Z" } },
      aView({ known: { nginx: running() } }),
      "stop nginx 1030000",
    ],
    ["K6 waits until no name leads to it", going, aView({ known: { nginx: running() } }), "nothing"],
    [
      "K6 then ends its containers",
      going,
      aView({ known: { nginx: running() }, isWithdrawn: true }),
      "stop nginx 1030000",
    ],
    [
      "K6 counts the grace from the first stop",
      going,
      aView({ known: { nginx: running() }, isWithdrawn: true, stoppingSinceMs: 990_000 }),
      "stop nginx 1020000",
    ],
    [
      "K6 ends main containers before sidecars",
      { ...going, spec: { initContainers: [sidecar] } },
      aView({ known: { nginx: running(), sidecar: running() }, isWithdrawn: true }),
      "stop nginx 1030000",
    ],
    [
      "K6 gives a sidecar two seconds at least",
      { ...going, spec: { initContainers: [sidecar] } },
      aView({ known: { sidecar: running() }, isWithdrawn: true, stoppingSinceMs: 960_000 }),
      "stop sidecar 1002000",
    ],
    ["K6 finishes when nothing runs", going, aView({ known: { nginx: ended() } }), "finish"],
    ["K6 finishes a pod that never ran", going, aViewWithoutSandbox(), "finish"],
    [
      "C24 ends a pod deleted by force without grace",
      {},
      aView({ known: { nginx: running() }, isGone: true, isWithdrawn: true }),
      "stop nginx 1000000",
    ],
    ["C24 but not before no name leads to it", {}, aView({ known: { nginx: running() }, isGone: true }), "nothing"],
    [
      "cuts the grace when the supervisor ends",
      {},
      aView({ known: { nginx: running() }, isWithdrawn: true, shutdownGraceMs: 10_000 }),
      "stop nginx 1010000",
    ],
    [
      "S46 ends an evicted pod within a second, and starts nothing of it",
      { spec: { containers: [aContainer(), aContainer({ name: "other" })] } },
      aView({ known: { nginx: running() }, eviction: "too much" }),
      "stop nginx 1001000",
    ],
    ["keeps a finished pod as it is", { status: { phase: "Succeeded" } }, aViewWithoutSandbox(), "nothing"],
  ];
  for (const [title, pod, view, plan] of cases) {
    it(title, () => expect(say(planPod(aPod(pod), view))).to.equal(plan));
  }
});

function say({ steps, againAtMs }: Plan): string {
  const words = steps.map((step) => {
    if (step.do === "start") return `start ${step.container.name} ${step.attempt}`;
    return step.do === "stop" ? `stop ${step.container.name} ${step.deadlineMs}` : step.do;
  });
  const what = words.length === 0 ? "nothing" : words.join(", ");
  return againAtMs === undefined ? what : `${what}, again at ${againAtMs}`;
}
