import { expect } from "chai";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startQuotaController } from "./quota-controller.ts";

describe("the quota controller", () => {
  let cluster: Cluster;
  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function claim(name: string, storage: string): Promise<void> {
    await cluster.client.create("persistentvolumeclaims", {
      metadata: { name, namespace: "default" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
    });
  }

  async function limit(hard: Readonly<Record<string, string>>): Promise<void> {
    await cluster.client.create("resourcequotas", { metadata: { name: "q", namespace: "default" }, spec: { hard } });
  }

  async function untilUsed(used: Readonly<Record<string, string>>): Promise<void> {
    await cluster.until("resourcequotas", ([quota]) => JSON.stringify(quota?.status?.used) === JSON.stringify(used));
  }

  it("S39 says what is allowed and used: what was there, what comes and what goes", async () => {
    await claim("a", "1Gi");
    cluster.start(startQuotaController);
    await limit({ "requests.storage": "5Gi" });
    await untilUsed({ "requests.storage": "1Gi" });
    await claim("b", "512Mi");
    await untilUsed({ "requests.storage": "1536Mi" });
    const at = { namespace: "default", name: "a" };
    const body = { metadata: { finalizers: [] } };
    await cluster.client.patch("persistentvolumeclaims", at, { type: "merge", body });
    await cluster.client.delete("persistentvolumeclaims", at);
    await untilUsed({ "requests.storage": "512Mi" });
    const [quota] = await cluster.until("resourcequotas", () => true);
    expect(quota?.status?.hard).to.deep.equal({ "requests.storage": "5Gi" });
  });

  it("S39 follows another amount, and other resources", async () => {
    cluster.start(startQuotaController);
    await claim("a", "1Gi");
    await limit({ "requests.storage": "5Gi" });
    await untilUsed({ "requests.storage": "1Gi" });
    const patch = {
      type: "merge",
      body: { spec: { hard: { "requests.storage": null, "count/persistentvolumeclaims": "2" } } },
    };
    await cluster.client.patch("resourcequotas", { namespace: "default", name: "q" }, { ...patch, type: "merge" });
    await untilUsed({ "count/persistentvolumeclaims": "1" });
    await cluster.until("resourcequotas", ([quota]) => quota?.status?.hard?.["count/persistentvolumeclaims"] === "2");
  });

  it("S39 forgets a quota that is gone, and counts anew for the next of its name", async () => {
    cluster.start(startQuotaController);
    await limit({ persistentvolumeclaims: "5" });
    await untilUsed({ persistentvolumeclaims: "0" });
    await cluster.client.delete("resourcequotas", { namespace: "default", name: "q" });
    await claim("a", "1Gi");
    await limit({ persistentvolumeclaims: "5" });
    await untilUsed({ persistentvolumeclaims: "1" });
  });
});
