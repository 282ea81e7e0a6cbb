import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { failureOf, podAt, reply, useClientRig } from "./client-rig.fixture.ts";
import { createHttpsClient, type HttpsClient } from "./https-client.ts";
import { startTestServer, type Received } from "./test-server.fixture.ts";

describe("createHttpsClient", () => {
  const rig = useClientRig();
  const lastRequest = (): Received | undefined => rig.server.received.at(-1);
  const at = { namespace: "default", name: "web-0" };

  describe("who asks", () => {
    it("shows the client certificate", async () => {
      rig.answer = reply(podAt("web-0", 1));
      await rig.connect().get("pods", at);
      expect(lastRequest()).to.deep.include({ hasCertificate: true, method: "GET" });
    });

    it("sends a token, a password, and a token file as it is at the time of the request", async () => {
      rig.answer = reply(podAt("web-0", 1));
      const sent = async (client: HttpsClient): Promise<unknown> => {
        await client.get("pods", at);
        return lastRequest()?.headers.authorization;
      };
      expect(await sent(rig.connect({ access: { credentials: { by: "token", token: "abc" } } }))).to.equal(
        "Bearer abc",
      );
      expect(lastRequest()?.hasCertificate).to.equal(false);
      const password = rig.connect({ access: { credentials: { by: "password", username: "u", password: "p" } } });
      expect(await sent(password)).to.equal("Basic dTpw");

      const folder = await mkdtemp(join(tmpdir(), "token-"));
      try {
        const path = join(folder, "token");
        const byFile = rig.connect({ access: { credentials: { by: "token file", path } } });
        for (const token of ["first", "second"]) {
          await writeFile(path, `${token}\n`);
          expect(await sent(byFile)).to.equal(`Bearer ${token}`);
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it("does not talk to a server it cannot verify, unless told to", async () => {
      rig.answer = reply(podAt("web-0", 1));
      const { ca: _, ...unverified } = rig.server.access;
      const before = rig.server.received.length;
      const strict = createHttpsClient({ access: unverified, clock: systemClock, log: silentLogger });
      const error = await failureOf(strict.get("pods", at));
      expect(error).to.include({ reason: "ServiceUnavailable" });
      expect(error.message).to.include("certificate");
      expect(error.cause).to.be.instanceOf(Error);
      expect(rig.server.received.length).to.equal(before);
      await strict.stop();
      expect(await rig.connect({ access: { insecureSkipTlsVerify: true } }).get("pods", at)).to.include({
        kind: "Pod",
      });
    });

    it("wants the certificate to carry the TLS server name", async () => {
      const error = await failureOf(rig.connect({ access: { tlsServerName: "elsewhere.example" } }).get("pods", at));
      expect(error.message).to.include("elsewhere.example");
    });

    it("says whom it could not reach", async () => {
      const gone = await startTestServer(() => {});
      await gone.stop();
      const error = await failureOf(rig.connect({ access: { server: gone.access.server } }).get("pods", at));
      expect(error).to.include({ reason: "ServiceUnavailable" });
      expect(error.message).to.include(gone.access.server).and.to.include("ECONNREFUSED");
    });

    it("keeps the path of the server before every request's", async () => {
      rig.answer = reply(podAt("web-0", 1));
      await rig.connect({ access: { server: `${rig.server.access.server}/k8s/c-1` } }).get("pods", at);
      expect(lastRequest()?.url).to.equal("/k8s/c-1/api/v1/namespaces/default/pods/web-0");
    });
  });

  describe("requests", () => {
    it("lists, and completes the items as upstream leaves them", async () => {
      rig.answer = reply({
        kind: "PodList",
        apiVersion: "v1",
        metadata: { resourceVersion: "77", continue: "next", remainingItemCount: 3 },
        items: [{ metadata: { name: "web-0" } }],
      });
      expect(await rig.connect().list("pods", { namespace: "default", limit: 1 })).to.deep.equal({
        items: [{ apiVersion: "v1", kind: "Pod", metadata: { name: "web-0" } }],
        revision: 77,
        continueToken: "next",
        remaining: 3,
      });
      expect(lastRequest()?.url).to.equal("/api/v1/namespaces/default/pods?limit=1");
    });

    it("takes Go's null for an empty list", async () => {
      rig.answer = reply({ metadata: { resourceVersion: "5", continue: "" }, items: null });
      expect(await rig.connect().list("pods")).to.deep.equal({ items: [], revision: 5 });
    });

    it("creates with kind and namespace, and hands on warnings", async () => {
      rig.answer = reply(podAt("web-0", 1), 201, { warning: ['299 - "unknown field \\"spec.a\\""', '299 - "second"'] });
      const warnings: string[] = [];
      const data = { "index.html": "grüße" };
      await rig
        .connect()
        .create(
          "configmaps",
          { metadata: { name: "page" }, data },
          { fieldValidation: "Warn", dryRun: true, onWarning: (text) => warnings.push(text) },
        );
      expect(lastRequest()).to.deep.include({
        method: "POST",
        url: "/api/v1/namespaces/default/configmaps?dryRun=All&fieldValidation=Warn",
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "page" }, data },
      });
      expect(warnings).to.deep.equal(['unknown field "spec.a"', "second"]);
    });

    it("updates a status at its subresource", async () => {
      rig.answer = reply(podAt("web-0", 2));
      const client = rig.connect();
      await client.update("pods", await client.get("pods", at), { subresource: "status" });
      expect(lastRequest()).to.deep.include({
        method: "PUT",
        url: "/api/v1/namespaces/default/pods/web-0/status",
        body: podAt("web-0", 2),
      });
    });

    for (const [type, contentType] of [
      ["json", "application/json-patch+json"],
      ["merge", "application/merge-patch+json"],
      ["strategic", "application/strategic-merge-patch+json"],
    ] as const) {
      it(`sends a ${type} patch as ${contentType}`, async () => {
        rig.answer = reply(podAt("web-0", 2));
        await rig.connect().patch("pods", at, { type, body: { metadata: { labels: { a: null } } } });
        expect(lastRequest()).to.deep.include({ method: "PATCH", body: { metadata: { labels: { a: null } } } });
        expect(lastRequest()?.headers["content-type"]).to.equal(contentType);
      });
    }

    it("deletes with its options in a body the server can see", async () => {
      rig.answer = reply(podAt("web-0", 9));
      const deleted = await rig.connect().delete("pods", at, {
        gracePeriodSeconds: 0,
        propagation: "Foreground",
        preconditions: { uid: "u-1" },
      });
      expect(deleted.metadata.resourceVersion).to.equal("9");
      expect(lastRequest()).to.deep.include({
        method: "DELETE",
        body: {
          apiVersion: "v1",
          kind: "DeleteOptions",
          gracePeriodSeconds: 0,
          propagationPolicy: "Foreground",
          preconditions: { uid: "u-1" },
        },
      });
    });

    it("makes what it can of a bare Status after a deletion", async () => {
      rig.answer = reply({ kind: "Status", status: "Success", details: { name: "web-0", uid: "u-1" } });
      const deleted = await rig.connect().delete("pods", at);
      expect(deleted).to.deep.include({ apiVersion: "v1", kind: "Pod" });
      expect(deleted.metadata).to.include({ name: "web-0", namespace: "default", uid: "u-1" });
    });

    it("binds a pod to a node", async () => {
      rig.answer = reply({ kind: "Status", status: "Success" }, 201);
      await rig.connect().bind(at, "ordinal");
      expect(lastRequest()).to.deep.include({
        url: "/api/v1/namespaces/default/pods/web-0/binding",
        body: {
          apiVersion: "v1",
          kind: "Binding",
          metadata: at,
          target: { apiVersion: "v1", kind: "Node", name: "ordinal" },
        },
      });
    });

    it("throws the Status of a refusal", async () => {
      rig.answer = reply({ kind: "Status", reason: "NotFound", message: 'pods "web-0" not found', code: 404 }, 404);
      expect(await failureOf(rig.connect().get("pods", at))).to.include({
        reason: "NotFound",
        message: 'pods "web-0" not found',
      });
    });

    it("calls an answer that is no JSON, or that breaks off, unavailable", async () => {
      rig.answer = (response) => response.end("<html>");
      expect(await failureOf(rig.connect().get("pods", at))).to.include({ reason: "ServiceUnavailable" });
      rig.answer = (response) => response.write('{"kind":', () => response.destroy());
      expect(await failureOf(rig.connect().get("pods", at))).to.include({ reason: "ServiceUnavailable" });
    });
  });

  describe("connections", () => {
    it("are kept: many requests in a row use one", async () => {
      rig.answer = reply(podAt("web-0", 1));
      const client = rig.connect();
      const before = rig.server.connections();
      for (let count = 0; count < 10; count += 1) await client.get("pods", at);
      expect(rig.server.connections() - before).to.equal(1);
    });

    it("that the server just closed are replaced for reading, and reported for writing", async () => {
      const client = rig.connect();
      const perMethod = new Map<string, number>();
      rig.answer = (response, request) => {
        const count = (perMethod.get(request.method) ?? 0) + 1;
        perMethod.set(request.method, count);
        if (count === 2) response.socket?.destroy();
        else reply(podAt("web-0", count))(response, request);
      };
      await client.get("pods", at);
      expect((await client.get("pods", at)).metadata.resourceVersion).to.equal("3");
      const patch = { type: "merge", body: {} } as const;
      await client.patch("pods", at, patch);
      expect(await failureOf(client.patch("pods", at, patch))).to.include({ reason: "ServiceUnavailable" });
      expect(perMethod.get("PATCH")).to.equal(2);
    });

    it("are given up when no answer comes in time", async () => {
      const clock = createFakeClock();
      const arrived = Promise.withResolvers<void>();
      rig.answer = () => arrived.resolve();
      const asked = failureOf(rig.connect({ clock }).get("pods", at));
      await arrived.promise;
      await clock.advance(30_000);
      expect((await asked).message).to.include("no answer within 30000 ms");
    });

    it("end when the client stops", async () => {
      const arrived = Promise.withResolvers<void>();
      rig.answer = () => arrived.resolve();
      const client = rig.connect();
      const asked = failureOf(client.get("pods", at));
      await arrived.promise;
      await client.stop();
      expect((await asked).message).to.include("the client was stopped");
    });
  });
});
