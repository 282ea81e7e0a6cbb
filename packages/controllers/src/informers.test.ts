import { expect } from "chai";
import { startCluster, type Cluster } from "./cluster.fixture.ts";
import type { Informers } from "./informers.ts";

describe("createInformers", () => {
  let cluster: Cluster;
  let informers: Informers;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start((options) => {
      informers = options.informers;
      return { stop: async () => {} };
    });
  });
  afterEach(async () => {
    await cluster.stop();
  });

  it("watches each resource once", () => {
    expect(informers.of("pods")).to.equal(informers.of("pods"));
    expect(informers.of("pods")).not.to.equal(informers.of("services"));
  });

  it("tells a listener that comes late of everything that is there, once", async () => {
    const namespaces = informers.of("namespaces");
    await namespaces.synced;
    const heard: string[] = [];
    namespaces.onChange(({ before, after }) => heard.push(`${before?.metadata.name} -> ${after?.metadata.name}`));
    expect(heard).to.have.members(["undefined -> default", "undefined -> kube-system"]);
  });

  it("finds objects by namespace, by owner and by its own indexes", async () => {
    const owner = await cluster.client.create("configmaps", { metadata: { name: "owner", namespace: "default" } });
    const { apiVersion, kind } = owner;
    const { name, uid } = owner.metadata;
    await cluster.client.create("pods", {
      metadata: { name: "pod", namespace: "default", ownerReferences: [{ apiVersion, kind, name, uid }] },
      spec: {
        nodeName: "ordinal",
        containers: [{ name: "main", image: "pause" }],
        volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data" } }],
      },
    });
    const pods = informers.of("pods");
    await pods.synced;
    const lookups = [
      pods.by("namespace", "default"),
      pods.by("ownerUid", uid),
      pods.by("claim", "default/data"),
      pods.by("node", "ordinal"),
    ];
    expect(lookups.map((found) => found.map((pod) => pod.metadata.name))).to.deep.equal([
      ["pod"],
      ["pod"],
      ["pod"],
      ["pod"],
    ]);
    expect(pods.by("namespace", "kube-system")).to.deep.equal([]);
  });
});
