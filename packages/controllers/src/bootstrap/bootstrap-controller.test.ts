import { expect } from "chai";
import { wellKnown } from "@ordinal/api";
import { startCluster, type Cluster } from "../cluster.fixture.ts";
import { startBootstrapController, type BootstrapController } from "./bootstrap-controller.ts";
import { covers } from "./system-objects.ts";

const kubernetes = { namespace: "default", name: "kubernetes" };
const place = { serviceAddress: "10.96.0.1", apiAddress: "127.0.0.1", apiPort: 6445 };

describe("the bootstrap controller over a real registry", () => {
  let cluster: Cluster;

  beforeEach(async () => {
    cluster = await startCluster();
  });
  afterEach(async () => {
    await cluster.stop();
  });

  async function bootstrap(where = place): Promise<BootstrapController> {
    const controller = cluster.start((options) => startBootstrapController({ ...options, ...where }));
    await controller.ready;
    return controller;
  }

  it("V14 makes the system namespaces and the kubernetes service", async () => {
    await bootstrap();
    const { items } = await cluster.client.list("namespaces");
    expect(items.map((each) => each.metadata.name)).to.have.members([...wellKnown.namespaces]);
    const service = await cluster.client.get("services", kubernetes);
    expect(service.spec).to.include({ clusterIP: "10.96.0.1", type: "ClusterIP" });
    expect(service.spec.ports).to.deep.equal([{ name: "https", port: 443, protocol: "TCP", targetPort: 6445 }]);
    const { subsets } = await cluster.client.get("endpoints", kubernetes);
    expect(subsets).to.deep.equal([
      { addresses: [{ ip: "127.0.0.1" }], ports: [{ name: "https", port: 6445, protocol: "TCP" }] },
    ]);
    const slice = await cluster.client.get("endpointslices", kubernetes);
    expect(slice.endpoints).to.deep.equal([{ addresses: ["127.0.0.1"], conditions: { ready: true } }]);
    expect(slice.metadata.labels).to.deep.equal({ "kubernetes.io/service-name": "kubernetes" });
  });

  it("V14 changes nothing when everything is there", async () => {
    await bootstrap();
    const before = await cluster.client.list("services");
    await bootstrap();
    expect((await cluster.client.list("services")).revision).to.equal(before.revision);
  });

  it("V14 follows the API server to another port", async () => {
    const former = await bootstrap();
    await former.stop();
    await bootstrap({ ...place, apiPort: 7000 });
    const service = await cluster.client.get("services", kubernetes);
    expect(service.spec.ports?.[0]).to.include({ port: 443, targetPort: 7000 });
    expect(service.metadata.labels).to.deep.equal({ component: "apiserver", provider: "kubernetes" });
    const { subsets } = await cluster.client.get("endpoints", kubernetes);
    expect(subsets?.[0]?.ports?.[0]?.port).to.equal(7000);
  });

  it("V14 makes the service again when it is deleted", async () => {
    await bootstrap();
    const { uid } = (await cluster.client.get("services", kubernetes)).metadata;
    await cluster.client.delete("services", kubernetes);
    const [again] = await cluster.until("services", ([each]) => each !== undefined && each.metadata.uid !== uid);
    expect(again?.spec.clusterIP).to.equal("10.96.0.1");
  });
});

describe("covers", () => {
  const cases: readonly (readonly [current: unknown, wanted: unknown, expected: boolean])[] = [
    [{ a: 1, b: 2 }, { a: 1 }, true],
    [{ a: 2 }, { a: 1 }, false],
    [{}, { a: { b: 1 } }, false],
    [{ a: [1, 2] }, { a: [1] }, false],
    [{ a: [{ x: 1, y: 2 }] }, { a: [{ x: 1 }] }, true],
    [{ a: "x" }, { a: ["x"] }, false],
  ];
  for (const [current, wanted, expected] of cases) {
    it(`${JSON.stringify(current)} ${expected ? "covers" : "does not cover"} ${JSON.stringify(wanted)}`, () => {
      expect(covers(current, wanted)).to.equal(expected);
    });
  }
});
