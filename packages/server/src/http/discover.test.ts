import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, type Ask, type Reply } from "./https-request.fixture.ts";

describe("what the API says of itself", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(async () => await server.stop());

  const get = async (path: string, headers: Ask["headers"] = {}): Promise<Reply> =>
    await ask(server, { path, headers });
  const post = async (path: string, body: unknown): Promise<Reply> => await ask(server, { method: "POST", path, body });

  it("A1 lists its resources in one answer, of the type that was asked for", async () => {
    for (const version of ["v2", "v2beta1"]) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
      const { headers, json } = await get("/apis", { accept: `${type},application/json` });
      expect(headers["content-type"]).to.equal(type);
      expect(json.apiVersion).to.equal(`apidiscovery.k8s.io/${version}`);
      const apps = json.items.find((item: Reply["json"]) => item.metadata.name === "apps");
      const [, sets] = apps.versions[0].resources;
      expect(sets).to.deep.include({ resource: "statefulsets", scope: "Namespaced", shortNames: ["sts"] });
      expect(sets.subresources[0].responseKind).to.deep.equal({ group: "autoscaling", version: "v1", kind: "Scale" });
      const core = await get("/api", { accept: `${type},application/json` });
      expect(core.json.items.map((item: Reply["json"]) => item.metadata.name)).to.deep.equal([""]);
    }
  });

  it("A1 lists them one by one to older clients", async () => {
    expect((await get("/api")).json.versions).to.deep.equal(["v1"]);
    const groups = (await get("/apis")).json.groups.map((group: Reply["json"]) => group.name);
    expect(groups).to.include.members(["apps", "storage.k8s.io", "authorization.k8s.io"]);
    expect((await get("/apis/apps")).json.preferredVersion).to.deep.equal({ groupVersion: "apps/v1", version: "v1" });
    const names = (await get("/api/v1")).json.resources.map((resource: Reply["json"]) => resource.name);
    expect(names).to.include.members(["pods", "pods/exec", "pods/log", "namespaces/finalize", "services/status"]);
  });

  it("A1 gives an empty OpenAPI v2 document under the type clients can read", async () => {
    const accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
    const { code, headers, bytes } = await get("/openapi/v2", { accept });
    expect([code, bytes.length]).to.deep.equal([200, 0]);
    expect(headers["content-type"]).to.equal("application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  });

  it("A1 gives OpenAPI v3 documents that can be kept under their hash", async () => {
    const index = (await get("/openapi/v3")).json.paths;
    expect(Object.keys(index)).to.include.members(["api/v1", "apis/apps/v1"]);
    const url = index["apis/apps/v1"].serverRelativeURL;
    const plain = await get(url);
    expect(plain.headers["cache-control"]).to.include("immutable");
    expect(url).to.include(String(plain.headers["etag"]).replaceAll('"', ""));
    const zipped = await get(url, { "accept-encoding": "gzip" });
    expect(zipped.headers["content-encoding"]).to.equal("gzip");
    expect(gunzipSync(zipped.bytes).equals(plain.bytes)).to.equal(true);
    const patch = plain.json.paths["/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}"].patch;
    expect(patch.parameters.map((parameter: Reply["json"]) => parameter.name)).to.include("fieldValidation");
    expect((await get("/openapi/v3/apis/nosuch/v1")).code).to.equal(404);
  });

  it("A18 tells its version, its health in detail, and its figures", async () => {
    expect((await get("/version")).json).to.include({ major: "1", minor: "33", gitVersion: "v1.33.1+test" });
    const remove = server.server.addCheck({ name: "dns", check: () => "not yet" });
    const failing = await get("/readyz");
    expect([failing.code, failing.text]).to.deep.equal([
      500,
      "[+]ping ok\n[-]dns failed: not yet\nreadyz check failed\n",
    ]);
    expect((await get("/livez")).text).to.equal("ok");
    expect((await get("/readyz?exclude=dns")).text).to.equal("ok");
    expect((await get("/readyz/dns")).code).to.equal(500);
    remove();
    expect((await get("/readyz?verbose")).text).to.equal("[+]ping ok\nreadyz check passed\n");
    await get("/api/v1/namespaces/default");
    const { text } = await get("/metrics");
    expect(text).to.match(/^apiserver_request_total\{verb="GET",.*resource="namespaces",.*code="200"\} \d+$/m);
    expect(text).to.match(/^apiserver_request_duration_seconds_bucket\{.*le="\+Inf"\} \d+$/m);
    expect(text).to.match(/^process_resident_memory_bytes \d+$/m);
  });

  it("A14 says who is asking, and what that allows", async () => {
    const who = await post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {});
    expect([who.code, who.json.status.userInfo.username]).to.deep.equal([201, "ordinal-admin"]);
    const spec = { resourceAttributes: { verb: "get", resource: "pods" } };
    const may = await post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { spec });
    expect(may.json.status.allowed).to.equal(true);
    expect(may.json.spec).to.deep.equal(spec);
    const other = { user: "somebody", ...spec };
    const may2 = await post("/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: other });
    expect(may2.json.status.allowed).to.equal(false);
  });
});
