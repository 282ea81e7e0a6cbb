import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { expect } from "chai";
import { startTestServer, type TestServer } from "./api-server.fixture.ts";
import { ask, connectOptions } from "./https-request.fixture.ts";

describe("who may ask the API", () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(async () => await server.stop());

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

async function readAll(socket: TLSSocket): Promise<string> {
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}
