import type { PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { refusalOf, startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("the size of a claim", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
    for (const [name, allowVolumeExpansion] of [
      ["grows", true],
      ["fixed", false],
    ] as const)
      await rig.registry.create("storageclasses", {
        metadata: { name },
        provisioner: "rancher.io/local-path",
        allowVolumeExpansion,
      });
  });
  afterEach(async () => {
    await rig.stop();
  });

  const at = { namespace: "default", name: "data" };
  const notAllowed =
    'Forbidden 403: persistentvolumeclaims "data" is forbidden: only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';

  async function bound(storageClassName: string): Promise<PersistentVolumeClaim> {
    const claim = await rig.registry.create("persistentvolumeclaims", {
      metadata: at,
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName,
        volumeName: "pvc-1",
        resources: { requests: { storage: "2Gi" } },
      },
    });
    const status = { phase: "Bound", capacity: { storage: "2Gi" } };
    return await rig.registry.update("persistentvolumeclaims", { ...claim, status }, { subresource: "status" });
  }

  const ask = (storage: string) =>
    rig.registry.patch("persistentvolumeclaims", at, {
      type: "merge",
      body: { spec: { resources: { requests: { storage } } } },
    });

  it("S26 may grow where the class allows it", async () => {
    await bound("grows");
    expect((await ask("3Gi")).spec.resources?.requests).to.deep.equal({ storage: "3Gi" });
  });

  it("S26 may not grow where the class does not, or is none, or is gone", async () => {
    for (const name of ["fixed", "", "nowhere"]) {
      const claim = await bound(name);
      expect(await refusalOf(ask("3Gi"))).to.equal(notAllowed);
      await rig.registry.update("persistentvolumeclaims", {
        ...claim,
        metadata: { ...claim.metadata, finalizers: [] },
      });
      await rig.registry.delete("persistentvolumeclaims", at);
    }
  });

  it("S26 may not grow before the claim is bound", async () => {
    await rig.registry.create("persistentvolumeclaims", {
      metadata: at,
      spec: { accessModes: ["ReadWriteOnce"], storageClassName: "grows", resources: { requests: { storage: "1Gi" } } },
    });
    expect(await refusalOf(ask("3Gi"))).to.contain("spec is immutable after creation except resources.requests");
  });

  it("S26 may not shrink below what there is, but back to it from a size that was never reached", async () => {
    await bound("grows");
    expect(await refusalOf(ask("1Gi"))).to.equal(
      'Invalid 422: PersistentVolumeClaim "data" is invalid: spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    );
    await ask("9Gi");
    expect((await ask("3Gi")).spec.resources?.requests).to.deep.equal({ storage: "3Gi" });
    expect(await refusalOf(ask("1Gi"))).to.contain("field can not be less than status.capacity");
  });
});
