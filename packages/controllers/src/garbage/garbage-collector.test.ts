import { expect } from "chai";
import type { ConfigMap, OwnerReference } from "@ordinal/api";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startGarbageCollector } from "./garbage-collector.ts";

const namespace = "default";

describe("the garbage collector over a real registry", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
    cluster.start(startGarbageCollector);
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function make(name: string, owners: readonly OwnerReference[] = []): Promise<ConfigMap> {
    const ownerReferences = owners.length === 0 ? {} : { ownerReferences: owners };
    return await cluster.client.create("configmaps", { metadata: { name, namespace, ...ownerReferences } });
  }

  async function untilOnly(names: readonly string[]): Promise<readonly ConfigMap[]> {
    return await cluster.until(
      "configmaps",
      (all) =>
        all
          .map((each) => each.metadata.name)
          .toSorted()
          .join() === names.join(),
    );
  }

  async function drop(name: string, propagation?: "Foreground" | "Background" | "Orphan"): Promise<void> {
    await cluster.client.delete("configmaps", { namespace, name }, propagation === undefined ? {} : { propagation });
  }

  it("A10 C30 background: dependents follow their owner, and theirs", async () => {
    const top = await make("top");
    const middle = await make("middle", [ref(top)]);
    await make("bottom", [ref(middle)]);
    await make("stranger");
    await drop("top");
    await untilOnly(["stranger"]);
  });

  it("A10 C30 foreground: the owner goes last", async () => {
    const top = await make("top");
    const middle = await make("middle", [ref(top, true)]);
    await make("bottom", [ref(middle, true)]);
    const order: string[] = [];
    const { revision } = await cluster.client.list("configmaps");
    await drop("top", "Foreground");
    const signal = AbortSignal.timeout(10_000);
    for await (const event of cluster.client.watch("configmaps", { fromRevision: revision, signal })) {
      if (event.type === "DELETED") order.push(event.object.metadata.name);
      if (order.length === 3) break;
    }
    expect(order).to.deep.equal(["bottom", "middle", "top"]);
  });

  it("A10 C29 orphan: dependents stay, without the owner", async () => {
    const top = await make("top");
    const other = await make("other");
    await make("child", [ref(top), ref(other)]);
    await drop("top", "Orphan");
    const left = await untilOnly(["child", "other"]);
    const child = left.find((each) => each.metadata.name === "child");
    expect(child?.metadata.ownerReferences?.map((owner) => owner.name)).to.deep.equal(["other"]);
  });

  it("A10 keeps an object while one of its owners is there", async () => {
    const [one, two] = [await make("one"), await make("two")];
    await make("child", [ref(one), ref(two)]);
    await drop("one");
    await cluster.until("configmaps", (all) =>
      all.some(({ metadata }) => metadata.name === "child" && metadata.ownerReferences?.length === 1),
    );
    await drop("two");
    await untilOnly([]);
  });

  it("A10 collects what refers to an owner that never was, or was another of that name", async () => {
    const former = await make("owner");
    await drop("owner");
    const present = await make("owner");
    await make("of-former", [ref(former)]);
    await make("of-nobody", [{ ...ref(former), name: "nobody" }]);
    await make("of-present", [ref(present)]);
    await untilOnly(["of-present", "owner"]);
  });

  it("A10 leaves owners of a kind it does not know alone", async () => {
    await make("child", [{ apiVersion: "example.com/v1", kind: "Widget", name: "w", uid: "w" }]);
    const owner = await make("owner");
    await make("other", [ref(owner)]);
    await drop("owner");
    await untilOnly(["child"]);
  });

  it("A10 ends pods with their own grace", async () => {
    const owner = await make("owner");
    await cluster.client.create("pods", {
      metadata: { name: "pod", namespace, ownerReferences: [ref(owner)] },
      spec: { nodeName: "ordinal", terminationGracePeriodSeconds: 7, containers: [{ name: "main", image: "pause" }] },
    });
    await drop("owner");
    const [pod] = await cluster.until("pods", ([each]) => each?.metadata.deletionTimestamp !== undefined);
    expect(pod?.metadata.deletionGracePeriodSeconds).to.equal(7);
  });

  it("A10 collects what lost its owner while nobody looked", async () => {
    await cluster.stop();
    cluster = await startCluster();
    const owner = await make("owner");
    await make("child", [ref(owner)]);
    await drop("owner");
    cluster.start(startGarbageCollector);
    await untilOnly([]);
  });
});

function ref({ apiVersion, kind, metadata: { name, uid } }: ConfigMap, blockOwnerDeletion = false): OwnerReference {
  return { apiVersion, kind, name, uid, blockOwnerDeletion };
}
