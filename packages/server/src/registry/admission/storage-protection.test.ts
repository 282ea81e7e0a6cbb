import { expect } from "chai";
import { startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("storage protection at creation", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  const claim = {
    metadata: { name: "data", namespace: "default" },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  };
  const volume = {
    metadata: { name: "a" },
    spec: { accessModes: ["ReadWriteOnce"], capacity: { storage: "1Gi" }, hostPath: { path: "/tmp/a" } },
  };

  it("S20 every claim has pvc-protection from its first moment, beside finalizers of its own", async () => {
    const plain = await rig.registry.create("persistentvolumeclaims", claim);
    expect(plain.metadata.finalizers).to.deep.equal(["kubernetes.io/pvc-protection"]);
    const other = { ...claim, metadata: { ...claim.metadata, name: "other", finalizers: ["example.com/mine"] } };
    const { metadata } = await rig.registry.create("persistentvolumeclaims", other);
    expect(metadata.finalizers).to.deep.equal(["example.com/mine", "kubernetes.io/pvc-protection"]);
  });

  it("S21 every volume has pv-protection from its first moment, once", async () => {
    const plain = await rig.registry.create("persistentvolumes", volume);
    expect(plain.metadata.finalizers).to.deep.equal(["kubernetes.io/pv-protection"]);
    const other = { ...volume, metadata: { name: "b", finalizers: ["kubernetes.io/pv-protection"] } };
    const { metadata } = await rig.registry.create("persistentvolumes", other);
    expect(metadata.finalizers).to.deep.equal(["kubernetes.io/pv-protection"]);
  });

  it("leaves objects of other kinds as they are", async () => {
    const { metadata } = await rig.registry.create("configmaps", { metadata: { name: "plain", namespace: "default" } });
    expect(metadata.finalizers).to.equal(undefined);
  });
});
