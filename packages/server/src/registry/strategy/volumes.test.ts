import { expect } from "chai";
import { startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("storing claims and volumes", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  it("S41 drops attributes classes, which are off by default in v1.33, so that the same manifest applies twice", async () => {
    const claim = await rig.registry.create("persistentvolumeclaims", {
      metadata: { name: "a", namespace: "default" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        volumeAttributesClassName: "gold",
      },
    });
    expect(claim.spec).not.to.have.property("volumeAttributesClassName");
    const spec = { ...claim.spec, volumeAttributesClassName: "gold" };
    const again = await rig.registry.update("persistentvolumeclaims", { ...claim, spec });
    expect(again.metadata.resourceVersion).to.equal(claim.metadata.resourceVersion);
  });
});
