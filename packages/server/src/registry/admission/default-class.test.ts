import { annotations, type StorageClass } from "@ordinal/api";
import { expect } from "chai";
import { startRig, type RegistryRig } from "../registry-rig.fixture.ts";

describe("the default storage class", () => {
  let rig: RegistryRig;
  beforeEach(async () => {
    rig = await startRig();
  });
  afterEach(async () => {
    await rig.stop();
  });

  async function createClass(name: string, isDefault: string): Promise<StorageClass> {
    return await rig.registry.create("storageclasses", {
      metadata: { name, annotations: { [annotations.defaultStorageClass]: isDefault } },
      provisioner: "rancher.io/local-path",
    });
  }

  async function classOfClaim(name: string, storageClassName?: string): Promise<string | undefined> {
    const claim = await rig.registry.create("persistentvolumeclaims", {
      metadata: { name, namespace: "default" },
      spec: {
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: "1Gi" } },
        ...(storageClassName === undefined ? {} : { storageClassName }),
      },
    });
    return claim.spec.storageClassName;
  }

  it("S3 is given to claims that name none, and to no others", async () => {
    expect(await classOfClaim("before")).to.equal(undefined);
    await createClass("slow", "false");
    expect(await classOfClaim("none-is-default")).to.equal(undefined);
    await createClass("local-path", "true");
    expect(await classOfClaim("unset")).to.equal("local-path");
    expect(await classOfClaim("empty", "")).to.equal("");
    expect(await classOfClaim("named", "slow")).to.equal("slow");
  });

  it("S4 is the newest of several, then the first by name", async () => {
    await createClass("z-old", "true");
    await rig.clock.advance(1000);
    await createClass("b-new", "true");
    await createClass("a-new", "true");
    expect(await classOfClaim("unset")).to.equal("a-new");
  });
});
