import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, type Ask, type Reply } from "./https-request.fixture.ts";

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

    it("A8 are listed as they were only while they still are", async () => {
      const now = (await get(configMaps)).json.metadata.resourceVersion;
      const exact = `${configMaps}?resourceVersionMatch=Exact&resourceVersion=`;
      expect((await get(`${exact}${now}`)).code).to.equal(200);
      const older = await get(`${exact}1`);
      expect([older.code, older.json.reason]).to.deep.equal([410, "Expired"]);
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
});
