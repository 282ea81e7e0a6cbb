import { annotations, areContainersReady, isPodReady, podCondition, type Pod } from "@ordinal/api";
import { expect } from "chai";
import { isAlive, pidOf, sh, startRig, type Rig } from "../supervisor-rig.fixture.ts";

const dns = { namespace: "kube-system", name: "ordinal-dns" };
const labels = { app: "web" };
const at = { namespace: "default", name: "web-abc12" };

describe("readiness follows DNS, and deletion waits for it", () => {
  let rig: Rig;
  let pod: Pod;

  beforeEach(async () => {
    rig = await startRig();
    await rig.client.create("leases", { metadata: dns });
    await rig.client.create("services", {
      metadata: { namespace: "default", name: "web" },
      spec: { clusterIP: "None", selector: labels },
    });
    await rig.run("web-0", sh("exec sleep 1000"), labels);
    pod = await rig.podThat("web-0", areContainersReady);
  });
  afterEach(() => rig.tearDown());

  /** What the endpoints controller does. Gives the revision of the slice. */
  async function publish(ready: boolean): Promise<number> {
    const endpoints = [
      {
        addresses: [pod.status?.podIP ?? ""],
        conditions: { ready },
        targetRef: { kind: "Pod", uid: pod.metadata.uid },
      },
    ];
    const metadata = { ...at, labels: { "kubernetes.io/service-name": "web" } };
    const slice = ready
      ? await rig.client.create("endpointslices", { metadata, addressType: "IPv4", endpoints })
      : await rig.client.patch("endpointslices", at, { type: "merge", body: { endpoints } });
    return Number(slice.metadata.resourceVersion);
  }

  /** What DNS does. */
  async function serve(revision: number): Promise<void> {
    const body = { metadata: { annotations: { [annotations.servedRevision]: String(revision) } } };
    await rig.client.patch("leases", dns, { type: "merge", body });
  }

  it("D9 is not Ready before DNS serves its name, then at once; and is not told to end before DNS has let go", async () => {
    expect(isPodReady(pod)).to.equal(false);
    expect(podCondition(pod, "Ready")?.reason).to.equal("NamesNotServed");
    const revision = await publish(true);
    await serve(revision - 1);
    await rig.podThat(
      "web-0",
      (each) => podCondition(each, "Ready")?.message === "waiting for DNS to serve the pod's names",
    );
    await serve(revision);
    const ready = await rig.podThat("web-0", isPodReady);

    const pid = pidOf(rig, ready);
    await rig.client.delete("pods", { namespace: "default", name: "web-0" });
    const withdrawn = await publish(false);
    await serve(withdrawn - 1);
    expect(isAlive(pid), "told to end while DNS still knew it").to.equal(true);
    const began = Date.now();
    await serve(withdrawn);
    await rig.podGone(ready.metadata.uid);
    expect(Date.now() - began, "waited for the bound, not for DNS").to.be.lessThan(1_500);
  });

  it("goes on after a bounded wait when DNS does not follow, and says so", async () => {
    const ready = await rig.podThat("web-0", isPodReady);
    expect(ready.metadata.uid).to.equal(pod.metadata.uid);
    expect(await rig.event("web-0", "DNSNotServing")).to.equal(
      "DNS did not follow within 2s; the pod goes on without it",
    );
  });
});
