import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, connectOptions, type Ask, type Reply } from "./https-request.fixture.ts";

const configMaps = "/api/v1/namespaces/default/configmaps";

describe("the API server", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(async () => await server.stop());

  const get = async (path: string, headers: Ask["headers"] = {}): Promise<Reply> =>
    await ask(server, { path, headers });
  const post = async (path: string, body: unknown): Promise<Reply> => await ask(server, { method: "POST", path, body });

  describe("who may ask", () => {
    it("A14 answers 401 without credentials, in a Status", async () => {
      for (const path of ["/api", "/api/v1/pods", "/version", "/metrics", "/nosuch"]) {
        const { code, json } = await ask(server, { path, anonymous: true });
        expect(code, path).to.equal(401);
        expect(json, path).to.include({ kind: "Status", reason: "Unauthorized", message: "Unauthorized", code: 401 });
      }
    });

    it("A18 tells everybody whether it is well", async () => {
      for (const path of ["/livez", "/readyz", "/healthz"]) {
        const { code, text } = await ask(server, { path, anonymous: true });
        expect([code, text], path).to.deep.equal([200, "ok"]);
      }
    });

    it("A14 lets nobody in on a resumed session that never had a certificate", async () => {
      const options = { ...connectOptions(server, true), minVersion: "TLSv1.3" as const };
      const first = connect(options as never);
      first.write("GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      const [session] = (await once(first, "session")) as [Buffer];
      first.destroy();
      const second = connect({ ...options, session } as never);
      await once(second, "secureConnect");
      expect(second.isSessionReused()).to.equal(true);
      second.write("GET /api/v1/secrets HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      expect(await readAll(second)).to.match(/^HTTP\/1.1 401 /);
    });

    it("A14 refuses to upgrade without credentials", async () => {
      const socket = connect(connectOptions(server, true) as never);
      socket.write(
        "POST /api/v1/namespaces/default/pods/x/exec HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n",
      );
      expect(await readAll(socket)).to.match(/^HTTP\/1.1 401 [^]*"reason":"Unauthorized"/);
    });

    it("does not listen where others could hear", async () => {
      const { startApiServer } = await import("./api-server.ts");
      const listen = { host: "0.0.0.0", port: 0 };
      const started = startApiServer({
        ...({} as Parameters<typeof startApiServer>[0]),
        listen,
        credentials: server.credentials,
      });
      expect(await started.catch((error: unknown) => String(error))).to.include("loopback");
    });
  });

  describe("requests that cannot be served", () => {
    it("says that it does not know a path", async () => {
      for (const path of [
        "/nosuch",
        "/apis/nosuch/v1",
        "/api/v1/nosuch",
        "/apis/apps/v1/namespaces/default/deployments",
      ]) {
        const { code, json } = await get(path);
        expect(code, path).to.equal(404);
        expect(json).to.include({ reason: "NotFound", message: "the server could not find the requested resource" });
      }
    });

    it("says what does not exist", async () => {
      const { code, json } = await get(`${configMaps}/nosuch`);
      expect(code).to.equal(404);
      expect(json).to.deep.equal({
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'configmaps "nosuch" not found',
        reason: "NotFound",
        details: { name: "nosuch", kind: "configmaps" },
        code: 404,
      });
    });

    it("refuses methods that mean nothing", async () => {
      const refused: readonly (readonly [method: string, path: string])[] = [
        ["PUT", configMaps],
        ["POST", `${configMaps}/x`],
        ["POST", "/api/v1/configmaps"],
        ["DELETE", "/api/v1/configmaps"],
        ["DELETE", "/api/v1/namespaces"],
        ["POST", "/version"],
        ["GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"],
      ];
      for (const [method, path] of refused) {
        const { code, json } = await ask(server, { method, path, ...(method === "GET" ? {} : { body: {} }) });
        expect([code, json.reason], `${method} ${path}`).to.deep.equal([405, "MethodNotAllowed"]);
      }
    });

    it("says where JSON breaks", async () => {
      const { code, json } = await post(configMaps, '{"kind":"ConfigMap",\n "x":}');
      expect(code).to.equal(400);
      expect(json.reason).to.equal("BadRequest");
      expect(json.message).to.include('unexpected "}" at position 26 (line 2, column 6)');
    });

    it("says where YAML breaks", async () => {
      const headers = { "content-type": "application/yaml" };
      const { code, json } = await ask(server, { method: "POST", path: configMaps, headers, body: "a: b\n c: [" });
      expect(code).to.equal(400);
      expect(json.message).to.match(/not valid YAML.* at line \d, column/s);
    });

    it("refuses a body that is too large, and the client reads why", async () => {
      const body = { metadata: { name: "big" }, data: { a: "x".repeat(3 * 1024 * 1024) } };
      const { code, json } = await post(configMaps, body);
      expect([code, json.reason]).to.deep.equal([413, "RequestEntityTooLarge"]);
      expect(json.message).to.equal("Request entity too large: limit is 3145728");
    });

    it("refuses formats it does not read", async () => {
      const headers = { "content-type": "text/xml" };
      const { code, json } = await ask(server, { method: "POST", path: configMaps, headers, body: "<a/>" });
      expect([code, json.reason]).to.deep.equal([415, "UnsupportedMediaType"]);
      expect(json.message).to.include("application/json, application/yaml, application/vnd.kubernetes.protobuf");
    });

    it("refuses server-side apply, and says what to do instead", async () => {
      const headers = { "content-type": "application/apply-patch+yaml" };
      const { code, json } = await ask(server, { method: "PATCH", path: `${configMaps}/x`, headers, body: {} });
      expect([code, json.reason]).to.deep.equal([415, "UnsupportedMediaType"]);
      expect(json.message).to.include("kubectl apply without --server-side");
    });

    it("refuses to answer in formats it does not write", async () => {
      const { code, json } = await get("/api/v1/pods", { accept: "application/cbor" });
      expect([code, json.reason]).to.deep.equal([406, "NotAcceptable"]);
    });

    it("refuses options it does not know", async () => {
      const refused = ["dryRun=Some", "fieldValidation=Maybe"];
      for (const query of refused) {
        const { code, json } = await post(`${configMaps}?${query}`, { metadata: { name: "x" } });
        expect([code, json.reason], query).to.deep.equal([422, "Invalid"]);
      }
      expect((await get("/api/v1/pods?limit=many")).code).to.equal(400);
      expect((await get("/api/v1/pods?labelSelector=((")).code).to.equal(400);
    });

    it("refuses an object that belongs elsewhere", async () => {
      const elsewhere = await post(configMaps, { metadata: { name: "x", namespace: "other" } });
      expect(elsewhere.json.message).to.equal(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
      const body = { metadata: { name: "y" } };
      const renamed = await ask(server, { method: "PUT", path: `${configMaps}/x`, body });
      expect([renamed.code, renamed.json.message]).to.deep.equal([
        400,
        "the name of the object (y) does not match the name on the URL (x)",
      ]);
      expect((await post(configMaps, [])).code).to.equal(400);
      expect((await post(configMaps, { metadata: 7 })).code).to.equal(400);
    });
  });

  describe("objects", () => {
    it("A2 are created, read, replaced, patched and deleted", async () => {
      const made = await post(configMaps, { metadata: { name: "a" }, data: { x: "1" } });
      expect(made.code).to.equal(201);
      expect(made.json).to.deep.include({ kind: "ConfigMap", apiVersion: "v1", data: { x: "1" } });
      const path = `${configMaps}/a`;
      const { metadata } = made.json;
      const replaced = await ask(server, { method: "PUT", path, body: { metadata, data: { x: "2" } } });
      expect([replaced.code, replaced.json.data]).to.deep.equal([200, { x: "2" }]);
      const stale = await ask(server, { method: "PUT", path, body: { metadata, data: { x: "3" } } });
      expect([stale.code, stale.json.reason]).to.deep.equal([409, "Conflict"]);
      const headers = { "content-type": "application/merge-patch+json" };
      const patched = await ask(server, { method: "PATCH", path, headers, body: { data: { y: "4" } } });
      expect(patched.json.data).to.deep.equal({ x: "2", y: "4" });
      const gone = await ask(server, { method: "DELETE", path });
      expect(gone.json).to.deep.include({ kind: "Status", status: "Success" });
      expect(gone.json.details).to.deep.equal({ name: "a", kind: "configmaps", uid: metadata.uid });
      expect((await get(path)).code).to.equal(404);
    });

    it("A9 that still wait for a finalizer come back when they are deleted", async () => {
      const path = `${configMaps}/held`;
      await post(configMaps, { metadata: { name: "held", finalizers: ["example.org/hold"] } });
      const going = await ask(server, { method: "DELETE", path, body: { propagationPolicy: "Background" } });
      expect(going.json.kind).to.equal("ConfigMap");
      expect(going.json.metadata.deletionTimestamp).to.be.a("string");
      const headers = { "content-type": "application/merge-patch+json" };
      await ask(server, { method: "PATCH", path, headers, body: { metadata: { finalizers: null } } });
      expect((await get(path)).code).to.equal(404);
    });

    it("A9 are deleted only under the conditions of the body", async () => {
      const made = await post(configMaps, { metadata: { name: "b" } });
      const path = `${configMaps}/b`;
      const wrong = await ask(server, { method: "DELETE", path, body: { preconditions: { uid: "other" } } });
      expect([wrong.code, wrong.json.reason]).to.deep.equal([409, "Conflict"]);
      const dry = await ask(server, { method: "DELETE", path: `${path}?dryRun=All` });
      expect(dry.code).to.equal(200);
      expect((await get(path)).code).to.equal(200);
      const right = { preconditions: { uid: made.json.metadata.uid } };
      expect((await ask(server, { method: "DELETE", path, body: right })).code).to.equal(200);
    });

    it("A2 are deleted many at a time", async () => {
      for (const name of ["m1", "m2"]) await post(configMaps, { metadata: { name, labels: { many: "yes" } } });
      const path = `${configMaps}?labelSelector=many%3Dyes`;
      const { json } = await ask(server, { method: "DELETE", path });
      expect(json.kind).to.equal("ConfigMapList");
      expect(json.items.map((item: Reply["json"]) => item.metadata.name)).to.deep.equal(["m1", "m2"]);
      expect((await get(path)).json.items).to.deep.equal([]);
    });

    it("A6 are only tried with dryRun", async () => {
      const { code, json } = await post(`${configMaps}?dryRun=All`, { metadata: { name: "dry" } });
      expect([code, json.metadata.name]).to.deep.equal([201, "dry"]);
      expect((await get(`${configMaps}/dry`)).code).to.equal(404);
    });

    it("A6 with fields that are unknown or stand twice are refused, reported or taken", async () => {
      const body = '{"metadata":{"name":"twice"},"data":{"a":"1","a":"2"},"datum":1}';
      const strict = await post(`${configMaps}?fieldValidation=Strict&dryRun=All`, body);
      expect(strict.code).to.equal(400);
      expect(strict.json.message).to.equal(
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a"',
      );
      const warned = await post(`${configMaps}?fieldValidation=Warn&dryRun=All`, body);
      expect(warned.code).to.equal(201);
      expect(warned.headers["warning"]).to.equal(
        '299 - "duplicate field \\"data.a\\"", 299 - "unknown field \\"datum\\""',
      );
      const ignored = await post(`${configMaps}?fieldValidation=Ignore&dryRun=All`, body);
      expect([ignored.code, ignored.headers["warning"]]).to.deep.equal([201, undefined]);
    });

    it("are read from YAML, as kubectl reads it", async () => {
      const body = 'metadata:\n  name: from-yaml\ndata:\n  a: "1:30"\n  b: "2026-01-01"\n';
      const headers = { "content-type": "application/yaml" };
      const { json } = await ask(server, { method: "POST", path: `${configMaps}?dryRun=All`, headers, body });
      expect(json.data).to.deep.equal({ a: "1:30", b: "2026-01-01" });
    });

    it("A8 are listed in pieces", async () => {
      for (const name of ["p1", "p2", "p3"]) await post(configMaps, { metadata: { name, labels: { page: "yes" } } });
      const names: string[] = [];
      let path = `${configMaps}?limit=2`;
      for (let pages = 0; pages < 10; pages += 1) {
        const { json } = await get(path);
        names.push(...json.items.map((item: Reply["json"]) => item.metadata.name));
        if (json.metadata.continue === undefined) break;
        expect(json.metadata.remainingItemCount).to.be.greaterThan(0);
        path = `${configMaps}?limit=2&continue=${encodeURIComponent(json.metadata.continue)}`;
      }
      expect(names).to.include.members(["p1", "p2", "p3"]);
      expect(new Set(names).size).to.equal(names.length);
    });

    it("A7 come as a table to those who ask for one", async () => {
      const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
      const { json } = await get("/api/v1/namespaces/kube-system", { accept });
      expect(json).to.deep.include({ kind: "Table", apiVersion: "meta.k8s.io/v1" });
      expect(json.columnDefinitions.map((column: Reply["json"]) => column.name)).to.deep.equal([
        "Name",
        "Status",
        "Age",
      ]);
      expect(json.rows[0].cells.slice(0, 2)).to.deep.equal(["kube-system", "Active"]);
      expect(json.rows[0].object).to.deep.include({ kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" });
      const full = await get("/api/v1/namespaces?includeObject=Object", { accept });
      expect(full.json.rows[0].object.kind).to.equal("Namespace");
      const none = await get("/api/v1/namespaces?includeObject=None", { accept });
      expect(none.json.rows[0].object).to.equal(undefined);
    });

    it("come as metadata to those who ask for no more", async () => {
      const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
      const { json } = await get("/api/v1/namespaces", { accept });
      expect(json.kind).to.equal("PartialObjectMetadataList");
      expect(Object.keys(json.items[0]).toSorted()).to.deep.equal(["apiVersion", "kind", "metadata"]);
    });
  });

  describe("what it says of itself", () => {
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
});

async function readAll(socket: TLSSocket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}
