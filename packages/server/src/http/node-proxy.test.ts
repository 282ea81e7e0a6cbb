import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, type Reply } from "./https-request.fixture.ts";

describe("what the node answers itself", () => {
  let server: TestServer;
  before(async () => {
    const summary = { node: { nodeName: "one" }, pods: [] };
    server = await startTestServer({ node: { get: (path) => (path === "stats/summary" ? summary : undefined) } });
    await server.registry.create("nodes", { metadata: { name: "one" } });
  });
  after(async () => await server.stop());

  const get = async (path: string): Promise<Reply> => await ask(server, { path: `/api/v1/nodes/${path}` });

  it("S37 gives the summary of a node", async () => {
    expect((await get("one/proxy/stats/summary")).json).to.deep.equal({ node: { nodeName: "one" }, pods: [] });
  });

  it("S37 gives metrics where Prometheus asks a kubelet for them", async () => {
    const { code, headers, bytes } = await get("one/proxy/metrics");
    expect([code, headers["content-type"]]).to.deep.equal([200, "text/plain; version=0.0.4; charset=utf-8"]);
    expect(bytes.toString()).to.include("# TYPE process_resident_memory_bytes gauge");
  });

  it("says that there is no such node, no such path, and nothing to write", async () => {
    const other = await get("two/proxy/stats/summary");
    expect([other.code, other.json.message]).to.deep.equal([404, 'nodes "two" not found']);
    expect((await get("one/proxy/pods")).code).to.equal(404);
    expect((await get("one/proxy")).code).to.equal(404);
    const path = "/api/v1/nodes/one/proxy/stats/summary";
    expect((await ask(server, { method: "POST", path, body: {} })).code).to.equal(405);
  });
});
