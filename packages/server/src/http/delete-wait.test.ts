import type { Pod } from "@ordinal/api";
import { expect } from "chai";
import { createFakeClock } from "@ordinal/runtime";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, eventsOf, open } from "./https-request.fixture.ts";

const pods = "/api/v1/namespaces/default/pods";
const byName = `${pods}?fieldSelector=metadata.name%3Dweb-1&limit=500&resourceVersion=0`;
const asDelete = { "kubectl-command": "kubectl delete" };

interface PodList {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly Pod[];
}

describe("what kubectl delete sees of a pod that has come back already", () => {
  const clock = createFakeClock();
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ clock });
  });
  afterEach(async () => await server.stop());

  const make = async (): Promise<Pod> =>
    await server.registry.create("pods", {
      metadata: { name: "web-1", namespace: "default" },
      spec: { containers: [{ name: "web", image: "nginx" }] },
    });
  const list = async (path: string, headers: Record<string, string> = {}): Promise<PodList> =>
    (await ask(server, { path, headers })).json as PodList;
  const replace = async (): Promise<readonly [before: Pod, after: Pod]> => {
    const before = await make();
    await server.registry.delete("pods", { namespace: "default", name: "web-1" });
    return [before, await make()];
  };

  it("C23 A13 is the old pod, then its deletion", async () => {
    const [before, after] = await replace();
    const { metadata, items } = await list(byName, asDelete);
    expect(items.map((pod) => pod.metadata.uid)).to.deep.equal([before.metadata.uid]);
    const path = `${pods}?fieldSelector=metadata.name%3Dweb-1&watch=true&resourceVersion=${metadata.resourceVersion}`;
    const response = await open(server, { path });
    const events = eventsOf(response);
    const [gone, made] = [(await events.next()).value, (await events.next()).value];
    expect([gone?.type, made?.type]).to.deep.equal(["DELETED", "ADDED"]);
    expect(made?.object.metadata.uid).to.equal(after.metadata.uid);
    response.destroy();
  });

  it("is the new pod for everybody else, for another state, and a second later", async () => {
    const [, after] = await replace();
    const uids = async (path: string, headers: Record<string, string>): Promise<readonly string[]> =>
      (await list(path, headers)).items.map((pod) => pod.metadata.uid);
    expect(await uids(byName, { "kubectl-command": "kubectl wait" })).to.deep.equal([after.metadata.uid]);
    expect(await uids(byName.replace("&resourceVersion=0", ""), asDelete)).to.deep.equal([after.metadata.uid]);
    await clock.advance(1_001);
    expect(await uids(byName, asDelete)).to.deep.equal([after.metadata.uid]);
  });
});
