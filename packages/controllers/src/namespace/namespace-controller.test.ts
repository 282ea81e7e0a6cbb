import { expect } from "chai";
import { isApiError } from "@ordinal/api";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startNamespaceController } from "./namespace-controller.ts";

describe("the namespace controller over a real registry", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start(startNamespaceController);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function makeNamespace(name: string): Promise<void> {
    await cluster.client.create("namespaces", { metadata: { name } });
    await cluster.until("serviceaccounts", (all) => all.some((each) => each.metadata.namespace === name));
  }

  async function untilGone(name: string): Promise<void> {
    await cluster.until("namespaces", (all) => all.every((each) => each.metadata.name !== name));
  }

  it("gives every namespace its default ServiceAccount, again when it is deleted", async () => {
    await makeNamespace("shop");
    const at = { namespace: "shop", name: "default" };
    const { uid } = (await cluster.client.get("serviceaccounts", at)).metadata;
    await cluster.client.delete("serviceaccounts", at);
    await cluster.until("serviceaccounts", (all) =>
      all.some(({ metadata }) => metadata.namespace === "shop" && metadata.uid !== uid),
    );
  });

  it("A11 removes everything in a namespace that is deleted, and nothing beside it", async () => {
    await makeNamespace("shop");
    for (const namespace of ["shop", "default"]) {
      await cluster.client.create("configmaps", { metadata: { name: "settings", namespace } });
      await cluster.client.create("secrets", { metadata: { name: "key", namespace } });
    }
    await cluster.client.delete("namespaces", { name: "shop" });
    await untilGone("shop");
    const { items } = await cluster.client.list("configmaps");
    expect(items.map((each) => each.metadata.namespace)).to.deep.equal(["default"]);
    expect((await cluster.client.list("secrets")).items).to.have.length(1);
    const accounts = await cluster.client.list("serviceaccounts", { namespace: "shop" });
    expect(accounts.items).to.deep.equal([]);
  });

  it("A11 waits for pods to end, and says what it waits for", async () => {
    await makeNamespace("shop");
    const pod = { namespace: "shop", name: "slow" };
    await cluster.client.create("pods", {
      metadata: pod,
      spec: { nodeName: "ordinal", containers: [{ name: "main", image: "pause" }] },
    });
    await cluster.client.delete("namespaces", { name: "shop" });
    const namespaces = await cluster.until("namespaces", (all) =>
      all.some((each) => each.metadata.name === "shop" && each.status?.conditions !== undefined),
    );
    const shop = namespaces.find((each) => each.metadata.name === "shop");
    expect(shop?.status?.phase).to.equal("Terminating");
    expect(shop?.status?.conditions?.find((each) => each.type === "NamespaceContentRemaining")).to.include({
      status: "True",
      reason: "SomeResourcesRemain",
      message: "Some resources are remaining: pods. has 1 resource instances",
    });
    await cluster.client.delete("pods", pod, { gracePeriodSeconds: 0 });
    await untilGone("shop");
  });

  it("A11 takes nothing new into a namespace on its way out", async () => {
    await makeNamespace("shop");
    await cluster.client.create("configmaps", {
      metadata: { name: "held", namespace: "shop", finalizers: ["test.example/hold"] },
    });
    await cluster.client.delete("namespaces", { name: "shop" });
    const refused = await cluster.client
      .create("configmaps", { metadata: { name: "late", namespace: "shop" } })
      .catch((error: unknown) => error);
    expect(isApiError(refused, "Forbidden")).to.equal(true);
    const body = { metadata: { finalizers: null } };
    await cluster.client.patch("configmaps", { namespace: "shop", name: "held" }, { type: "merge", body });
    await untilGone("shop");
  });
});
