import { expect } from "chai";
import type { Draft, Pod, StatefulSet } from "@ordinal/api";
import { timestamp, systemClock } from "@ordinal/runtime";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startStatefulSetController } from "./statefulset-controller.ts";

const namespace = "default";
const web = { namespace, name: "web" };

describe("the StatefulSet controller over a real registry", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start(startStatefulSetController);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  /** Plays the supervisor: the pod runs and is ready. */
  async function makeReady(name: string): Promise<Pod> {
    return await makePhase(name, "Running", "True");
  }

  async function makePhase(name: string, phase: string, ready: "True" | "False"): Promise<Pod> {
    const lastTransitionTime = timestamp(systemClock.now());
    const conditions = [{ type: "Ready", status: ready, lastTransitionTime }];
    const body = { status: { phase, startTime: lastTransitionTime, conditions } };
    return await cluster.client.patch("pods", { namespace, name }, { type: "merge", body, subresource: "status" });
  }

  async function untilPods(names: readonly string[]): Promise<readonly Pod[]> {
    return await cluster.until("pods", (pods) =>
      same(
        pods.map((pod) => pod.metadata.name),
        names,
      ),
    );
  }

  async function untilStatus(status: Partial<NonNullable<StatefulSet["status"]>>): Promise<StatefulSet> {
    const [set] = await cluster.until("statefulsets", ([each]) =>
      Object.entries(status).every(([key, value]) => (each?.status as Record<string, unknown>)?.[key] === value),
    );
    if (set === undefined) throw new Error("there is no set");
    return set;
  }

  async function bringUp(draft: Draft<StatefulSet>): Promise<StatefulSet> {
    const set = await cluster.client.create("statefulsets", draft);
    const names = Array.from({ length: set.spec.replicas ?? 1 }, (_, ordinal) => `web-${ordinal}`);
    for (const name of names) {
      await cluster.until("pods", (pods) => pods.some((pod) => pod.metadata.name === name));
      await makeReady(name);
    }
    return await untilStatus({ readyReplicas: names.length, currentReplicas: names.length });
  }

  async function setTemplate(image: string): Promise<void> {
    const body = { spec: { template: { spec: { containers: [{ name: "nginx", image }] } } } };
    await cluster.client.patch("statefulsets", web, { type: "strategic", body });
  }

  it("C1 C2 C3 C18 makes claims and pods in order, with their identity", async () => {
    await cluster.client.create("statefulsets", aSet());
    const [first] = await untilPods(["web-0"]);
    expect(first?.spec).to.include({ hostname: "web-0", subdomain: "nginx" });
    expect(first?.spec.volumes?.[0]).to.deep.equal({ name: "www", persistentVolumeClaim: { claimName: "www-web-0" } });
    const revision = await untilStatus({ replicas: 1 }).then((set) => set.status?.updateRevision);
    expect(first?.metadata.labels).to.deep.equal({
      app: "nginx",
      "apps.kubernetes.io/pod-index": "0",
      "controller-revision-hash": revision,
      "statefulset.kubernetes.io/pod-name": "web-0",
    });
    const claims = await cluster.until("persistentvolumeclaims", (all) => all.length === 1);
    expect(claims[0]?.metadata).to.include({ name: "www-web-0" });
    expect(claims[0]?.metadata.labels).to.deep.equal({ app: "nginx" });
    expect(claims[0]?.metadata.ownerReferences).to.equal(undefined);
    await makeReady("web-0");
    await untilPods(["web-0", "web-1"]);
  });

  it("C33 says what it did, in upstream's words", async () => {
    await bringUp(aSet());
    const events = await cluster.until("events", (all) => all.length >= 4);
    expect(events.map((event) => event.message)).to.have.members([
      "create Claim www-web-0 Pod web-0 in StatefulSet web success",
      "create Pod web-0 in StatefulSet web successful",
      "create Claim www-web-1 Pod web-1 in StatefulSet web success",
      "create Pod web-1 in StatefulSet web successful",
    ]);
    expect(new Set(events.map((event) => event.source?.component))).to.deep.equal(new Set(["statefulset-controller"]));
    expect(new Set(events.map((event) => event.reason))).to.deep.equal(new Set(["SuccessfulCreate"]));
  });

  it("C11 C15 keeps a revision of the template and reports the set complete", async () => {
    const set = await bringUp(aSet());
    const [revision, ...others] = await cluster.until("controllerrevisions", (all) => all.length > 0);
    expect(others).to.deep.equal([]);
    expect(revision?.revision).to.equal(1);
    expect(revision?.metadata.ownerReferences?.[0]).to.include({ kind: "StatefulSet", name: "web", controller: true });
    const hash = revision?.metadata.labels?.["controller.kubernetes.io/hash"];
    expect(revision?.metadata.name).to.equal(`web-${hash}`);
    expect(revision?.data).to.have.nested.property("spec.template.$patch", "replace");
    expect(set.status).to.include({
      observedGeneration: 1,
      replicas: 2,
      readyReplicas: 2,
      availableReplicas: 2,
      currentReplicas: 2,
      updatedReplicas: 2,
      currentRevision: revision?.metadata.name,
      updateRevision: revision?.metadata.name,
      collisionCount: 0,
    });
  });

  it("C23 C24 makes a deleted pod again under the same name, with the same claim", async () => {
    await bringUp(aSet());
    const [claim] = await cluster.until("persistentvolumeclaims", (all) => all.length === 2);
    const before = await cluster.client.get("pods", { namespace, name: "web-0" });
    await cluster.client.delete("pods", { namespace, name: "web-0" }, { gracePeriodSeconds: 0 });
    await cluster.until("pods", (pods) =>
      pods.some((pod) => pod.metadata.name === "web-0" && pod.metadata.uid !== before.metadata.uid),
    );
    const after = await cluster.client.get("persistentvolumeclaims", { namespace, name: "www-web-0" });
    expect(after.metadata.uid).to.equal(claim?.metadata.uid);
  });

  it("C22 replaces a failed pod and says so", async () => {
    await bringUp(aSet());
    const before = await cluster.client.get("pods", { namespace, name: "web-1" });
    await makePhase("web-1", "Failed", "False");
    await cluster.until("pods", (pods) =>
      pods.some((pod) => pod.metadata.name === "web-1" && pod.metadata.uid !== before.metadata.uid),
    );
    const events = await cluster.until("events", (all) => all.some((event) => event.reason === "RecreatingFailedPod"));
    const said = events.find((event) => event.reason === "RecreatingFailedPod");
    expect(said).to.include({
      type: "Warning",
      message: "StatefulSet default/web is recreating failed Pod web-1",
    });
  });

  it("C4 scales down and up again, and claims stay", async () => {
    await bringUp(aSet(3));
    const scale = (replicas: number) =>
      cluster.client.patch("statefulsets", web, { type: "merge", body: { spec: { replicas } } });
    await scale(1);
    await untilPods(["web-0"]);
    await untilStatus({ replicas: 1 });
    const claims = await cluster.until("persistentvolumeclaims", (all) => all.length === 3);
    await scale(2);
    await untilPods(["web-0", "web-1"]);
    const after = await cluster.client.list("persistentvolumeclaims");
    expect(after.items.map((each) => each.metadata.uid)).to.have.members(claims.map((each) => each.metadata.uid));
  });

  it("C7 C13 rolls an update out from the top, and back to the revision it had", async () => {
    const before = await bringUp(aSet());
    const first = before.status?.currentRevision;
    await setTemplate("nginx:2");
    await replaceAll(first);
    const updated = await untilStatus({ updatedReplicas: 2, currentReplicas: 2, readyReplicas: 2 });
    const second = updated.status?.currentRevision;
    expect(second).not.to.equal(first);
    expect(updated.status?.updateRevision).to.equal(second);

    await setTemplate("nginx:1");
    await replaceAll(second);
    const reverted = await untilStatus({ currentRevision: first ?? "", updateRevision: first ?? "" });
    expect(reverted.status?.updatedReplicas).to.equal(2);
    const { items } = await cluster.client.list("controllerrevisions");
    expect(Object.fromEntries(items.map((each) => [each.metadata.name, each.revision]))).to.deep.equal({
      [first ?? ""]: 3,
      [second ?? ""]: 2,
    });
  });

  it("C14 is rolled back by sending it a revision's data, as kubectl rollout undo does", async () => {
    const before = await cluster.client.create("statefulsets", aSet(0));
    await untilStatus({ observedGeneration: 1 });
    await setTemplate("nginx:2");
    await untilStatus({ observedGeneration: 2 });
    const { items } = await cluster.client.list("controllerrevisions");
    const first = items.find((each) => each.revision === 1);
    await cluster.client.patch("statefulsets", web, { type: "strategic", body: first?.data });
    const after = await untilStatus({ updateRevision: first?.metadata.name ?? "" });
    expect(after.spec.template.spec).to.deep.equal(before.spec.template.spec);
    expect(after.spec.template).not.to.have.property("$patch");
    const raised = await cluster.until("controllerrevisions", (all) => all.some((each) => each.revision === 3));
    expect(raised).to.have.length(2);
  });

  /** Sees every pod of a revision replaced, the highest first, and makes the new ones ready. */
  async function replaceAll(revision: string | undefined): Promise<void> {
    for (const name of ["web-1", "web-0"]) {
      await cluster.until("pods", (pods) =>
        pods.some(
          ({ metadata }) => metadata.name === name && metadata.labels?.["controller-revision-hash"] !== revision,
        ),
      );
      await makeReady(name);
    }
  }

  it("C26 heals a bad rollout once the spec is reverted", async () => {
    const before = await bringUp(aSet());
    const good = before.status?.currentRevision;
    await setTemplate("nginx:bad");
    await cluster.until("pods", (pods) =>
      pods.some(({ metadata }) => metadata.labels?.["controller-revision-hash"] !== good),
    );
    await setTemplate("nginx:1");
    await cluster.until(
      "pods",
      (pods) => pods.filter(({ metadata }) => metadata.labels?.["controller-revision-hash"] === good).length === 2,
    );
    await makeReady("web-1");
    await untilStatus({ readyReplicas: 2, updatedReplicas: 2, updateRevision: good ?? "" });
  });

  it("C12 keeps no more old revisions than revisionHistoryLimit", async () => {
    const draft = aSet(0);
    await cluster.client.create("statefulsets", { ...draft, spec: { ...draft.spec, revisionHistoryLimit: 1 } });
    for (const image of ["nginx:2", "nginx:3", "nginx:4"]) {
      const last = (await untilStatus({ replicas: 0 })).status?.updateRevision;
      await setTemplate(image);
      await cluster.until("statefulsets", ([set]) => set?.status?.updateRevision !== last);
    }
    const revisions = await cluster.until(
      "controllerrevisions",
      (all) => Math.max(...all.map((each) => each.revision)) === 4 && all.length <= 2,
    );
    expect(revisions.map((each) => each.revision)).to.have.members([3, 4]);
  });

  it("C28 adopts a matching orphan with a name of its own and releases a pod that no longer matches", async () => {
    await bringUp(aSet());
    const pod = await cluster.client.get("pods", { namespace, name: "web-1" });
    const untilOwners = async (count: number) =>
      await cluster.until("pods", (pods) =>
        pods.some(
          ({ metadata: { uid, ownerReferences = [] } }) => uid === pod.metadata.uid && ownerReferences.length === count,
        ),
      );
    await cluster.client.update("pods", { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } });
    await untilOwners(1);
    const body = { metadata: { labels: { app: "other" } } };
    await cluster.client.patch("pods", { namespace, name: "web-1" }, { type: "merge", body });
    await untilOwners(0);
  });

  it("C18 says why a pod cannot be made while its claim is being deleted", async () => {
    await cluster.client.create("persistentvolumeclaims", {
      metadata: { name: "www-web-0", namespace, finalizers: ["test.example/hold"] },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    await cluster.client.delete("persistentvolumeclaims", { namespace, name: "www-web-0" });
    await cluster.client.create("statefulsets", aSet());
    const events = await cluster.until("events", (all) => all.length > 0);
    expect(events[0]).to.include({
      type: "Warning",
      reason: "FailedCreate",
      message: "create Pod web-0 in StatefulSet web failed error: pvc www-web-0 is being deleted",
    });
    const body = { metadata: { finalizers: null } };
    await cluster.client.patch("persistentvolumeclaims", { namespace, name: "www-web-0" }, { type: "merge", body });
    await untilPods(["web-0"]);
  });
});

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join() === b.toSorted().join();
}

function aSet(replicas = 2): Draft<StatefulSet> {
  return {
    metadata: web,
    spec: {
      replicas,
      serviceName: "nginx",
      selector: { matchLabels: { app: "nginx" } },
      template: {
        metadata: { labels: { app: "nginx" } },
        spec: {
          containers: [{ name: "nginx", image: "nginx:1", volumeMounts: [{ name: "www", mountPath: "/data" }] }],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: "www" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  };
}
