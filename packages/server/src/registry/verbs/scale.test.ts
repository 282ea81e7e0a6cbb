import { expect } from "chai";
import { refusalOf, setDraft, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("scaling a set", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
    await rig.registry.create("statefulsets", setDraft("web"));
  });
  afterEach(async () => {
    await rig.stop();
  });

  const at = { namespace: "default", name: "web" };

  it("C6 shows, replaces and patches the replicas", async () => {
    const { registry } = rig;
    const scale = await registry.getScale("statefulsets", at);
    const { metadata } = await registry.get("statefulsets", at);
    expect(scale).to.deep.equal({
      apiVersion: "autoscaling/v1",
      kind: "Scale",
      metadata: {
        ...at,
        uid: metadata.uid,
        resourceVersion: metadata.resourceVersion,
        creationTimestamp: metadata.creationTimestamp,
      },
      spec: { replicas: 2 },
      status: { replicas: 0, selector: "app=web" },
    });
    const raised = await registry.updateScale("statefulsets", { ...scale, spec: { replicas: 4 } });
    expect(raised.spec).to.deep.equal({ replicas: 4 });
    expect(await refusalOf(registry.updateScale("statefulsets", { ...scale, spec: { replicas: 5 } }))).to.include(
      "Conflict 409",
    );
    await registry.patchScale("statefulsets", at, { type: "merge", body: { spec: { replicas: 0 } } });
    const set = await registry.get("statefulsets", at);
    expect(set.spec.replicas).to.equal(0);
    expect(set.metadata.generation).to.equal(3);
    expect((await registry.getScale("statefulsets", at)).spec).to.deep.equal({ replicas: 0 });
  });

  it("refuses less than nothing, and changes nothing on a dry run", async () => {
    const { registry } = rig;
    const patch = { type: "merge", body: { spec: { replicas: -1 } } } as const;
    expect(await refusalOf(registry.patchScale("statefulsets", at, patch))).to.equal(
      'Invalid 422: Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
    const wrong = { type: "merge", body: { spec: { replicas: "many" } } } as const;
    expect(await refusalOf(registry.patchScale("statefulsets", at, wrong))).to.include("BadRequest 400");
    await registry.patchScale("statefulsets", at, { type: "merge", body: { spec: { replicas: 9 } }, dryRun: true });
    expect((await registry.getScale("statefulsets", at)).spec).to.deep.equal({ replicas: 2 });
    expect(await refusalOf(registry.getScale("statefulsets", { ...at, name: "x" }))).to.include("NotFound 404");
  });
});
