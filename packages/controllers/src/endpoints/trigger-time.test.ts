import type { Pod, Service } from "@ordinal/api";
import { createFakeClock, type FakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startEndpointsController } from "./endpoints-controller.ts";
import { podOf, serviceOf } from "./pods.fixture.ts";
import { createTriggerTimes, stampSteps, type TriggerTimes } from "./trigger-time.ts";

const key = "endpoints.kubernetes.io/last-change-trigger-time";
const secondMs = Date.UTC(2026, 0, 1);
const service = serviceOf();

const readyAt = (name: string, lastTransitionTime: string, status = "True"): Pod =>
  podOf(name, { status: { phase: "Running", conditions: [{ type: "ContainersReady", status, lastTransitionTime }] } });

describe("the trigger time of slices", () => {
  let clock: FakeClock;
  let times: TriggerTimes;
  beforeEach(() => {
    clock = createFakeClock(secondMs);
    times = createTriggerTimes(clock);
  });

  /** What a reconcile of these pods would write. */
  function shown(pods: readonly Pod[], { isNew = false, of = service }: { isNew?: boolean; of?: Service } = {}) {
    const trigger = times.since(of, { pods, isNew });
    trigger.settle();
    return trigger.atMs;
  }

  it("D51 is the creation of a service that is new, and not known for one that is older than the controller", () => {
    expect(shown([], { isNew: true })).to.equal(Date.parse(service.metadata.creationTimestamp));
    times.forget("default/nginx");
    expect(shown([readyAt("web-0", "2026-01-01T00:00:00Z")])).to.equal(undefined);
  });

  it("D51 is the oldest change of readiness that is not shown yet, once", async () => {
    shown([]);
    const pods = [readyAt("web-0", "2026-01-01T00:00:00Z"), readyAt("web-1", "2026-01-01T00:00:02Z")];
    await clock.advance(2_500);
    for (const after of pods) times.note({ after });
    expect(shown(pods)).to.equal(secondMs + 999);
    expect(shown(pods)).to.equal(undefined);
  });

  it("D51 tells the part of the second that a condition does not, also of two changes in one second", async () => {
    shown([]);
    await clock.advance(120);
    const up = readyAt("web-0", "2026-01-01T00:00:00Z");
    times.note({ after: up });
    expect(shown([up])).to.equal(secondMs + 120);
    await clock.advance(30);
    const down = readyAt("web-0", "2026-01-01T00:00:00Z", "False");
    times.note({ before: up, after: down });
    expect(shown([down])).to.equal(secondMs + 150);
  });

  it("D51 is not moved by other changes of a pod, by its removal or by pods of others", () => {
    const pod = readyAt("web-0", "2026-01-01T00:00:00Z");
    times.note({ after: pod });
    shown([pod]);
    times.note({ before: pod, after: { ...pod, metadata: { ...pod.metadata, labels: { app: "nginx", x: "y" } } } });
    times.note({ after: readyAt("other-0", "2026-01-01T00:00:00Z") });
    times.note({ before: pod });
    times.note({ after: podOf("web-1") });
    expect(shown([pod, podOf("web-1")])).to.equal(undefined);
  });

  it("D51 stays due until the slices are written", () => {
    shown([]);
    const pod = readyAt("web-0", "2026-01-01T00:00:00Z");
    times.note({ after: pod });
    expect(times.since(service, { pods: [pod], isNew: false }).atMs).to.equal(secondMs);
    expect(times.since(service, { pods: [pod], isNew: false }).atMs).to.equal(secondMs);
  });

  it("D51 goes from a slice that is written for something else", () => {
    const slice = { metadata: { name: "nginx-1", annotations: { [key]: "x", mine: "1" } }, addressType: "IPv4" };
    const annotationsOf = (atMs: number | undefined) =>
      stampSteps([{ do: "create", slice: { ...slice, endpoints: [] } }], atMs)[0]?.slice.metadata.annotations;
    expect(annotationsOf(undefined)).to.deep.equal({ mine: "1" });
    expect(annotationsOf(secondMs)).to.deep.equal({ mine: "1", [key]: "2026-01-01T00:00:00.000Z" });
  });
});

describe("the endpoints controller over a real registry", () => {
  let cluster: Cluster;
  beforeEach(async () => void (cluster = await startCluster()));
  afterEach(() => cluster.stop());

  it("D51 writes when a pod became ready, and nothing more for it", async () => {
    const { client } = cluster;
    cluster.start(startEndpointsController);
    await client.create("services", { metadata: { name: "nginx", namespace: "default" }, spec: serviceOf().spec });
    await cluster.until("endpoints", (all) => all.length === 1);
    const { metadata, spec } = podOf("web-0", { spec: { containers: [{ name: "web", image: "nginx" }] } });
    const pod = await client.create("pods", {
      metadata: { name: "web-0", namespace: "default", labels: metadata.labels ?? {} },
      spec,
    });
    const before = Date.now();
    const lastTransitionTime = new Date(before).toISOString().replace(/\.\d+Z/, "Z");
    const conditions = [{ type: "ContainersReady", status: "True", lastTransitionTime }];
    await client.update(
      "pods",
      { ...pod, status: { phase: "Running", podIP: "10.244.0.2", conditions } },
      { subresource: "status" },
    );
    const [slice] = await cluster.until("endpointslices", (all) => all[0]?.endpoints?.[0]?.conditions?.ready === true);
    const atMs = Date.parse(slice?.metadata.annotations?.[key] ?? "");
    expect(atMs).to.be.within(before - 1, Date.now());
    await client.patch(
      "services",
      { namespace: "default", name: "nginx" },
      { type: "merge", body: { metadata: { labels: { x: "y" } } } },
    );
    const [later] = await cluster.until("endpointslices", (all) => all[0]?.metadata.labels?.["x"] === "y");
    expect(later?.metadata.annotations ?? {}).not.to.have.property(key);
  });
});
