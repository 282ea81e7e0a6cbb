import { expect } from "chai";
import { podDraft, refusalOf, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("binding a pod", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
    await rig.registry.create("pods", podDraft("web-0"));
  });
  afterEach(async () => {
    await rig.stop();
  });

  const at = { namespace: "default", name: "web-0" };

  it("puts it on the node and says so in its conditions", async () => {
    await rig.registry.bind(at, "ordinal");
    const pod = await rig.registry.get("pods", at);
    expect(pod.spec.nodeName).to.equal("ordinal");
    expect(pod.status?.conditions).to.deep.equal([
      { type: "PodScheduled", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" },
    ]);
  });

  it("happens once, and not to a pod that is going", async () => {
    await rig.registry.bind(at, "ordinal");
    expect(await refusalOf(rig.registry.bind(at, "other"))).to.equal(
      'Conflict 409: Operation cannot be fulfilled on pods/binding "web-0": pod web-0 is already assigned to node "ordinal"',
    );
    await rig.registry.delete("pods", at);
    expect(await refusalOf(rig.registry.bind(at, "other"))).to.equal(
      'Conflict 409: Operation cannot be fulfilled on pods/binding "web-0": pod web-0 is being deleted, cannot be assigned to a host',
    );
    expect(await refusalOf(rig.registry.bind({ ...at, name: "x" }, "o"))).to.equal('NotFound 404: pods "x" not found');
  });
});
