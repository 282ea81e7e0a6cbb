import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttp2Server } from "node:http2";
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from "node:net";
import { expect } from "chai";
import { aContainer } from "../pod.fixture.ts";
import { checkGrpc } from "./check-grpc.ts";
import { checkHttp, type HttpAction } from "./check-http.ts";
import { checkTcp } from "./check-tcp.ts";
import { findPort } from "./named-port.ts";

const host = "127.0.0.1";
const never = new AbortController().signal;

describe("K4 checks against real servers", () => {
  const servers: TcpServer[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  });

  async function listen(server: TcpServer): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as AddressInfo).port;
  }

  async function http(listener: RequestListener, action: Partial<HttpAction> = {}): Promise<string> {
    const port = await listen(createServer(listener));
    const { is, message } = await checkHttp({ action: { port, ...action }, address: host, port, signal: never });
    return `${is}: ${message.replaceAll(String(port), "PORT")}`;
  }

  const codes: readonly (readonly [code: number, expected: string])[] = [
    [200, "success: "],
    [204, "success: "],
    [304, "success: "],
    [404, "failure: HTTP probe failed with statuscode: 404"],
    [500, "failure: HTTP probe failed with statuscode: 500"],
  ];
  for (const [code, expected] of codes) {
    it(`httpGet calls ${code} ${expected}`, async () => {
      expect(await http((_, response) => response.writeHead(code).end())).to.equal(expected);
    });
  }

  it("httpGet asks for the path with kubelet's and the probe's headers", async () => {
    const seen: object[] = [];
    const httpHeaders = [
      { name: "X-Probe", value: "1" },
      { name: "Host", value: "web.example" },
    ];
    await http(
      ({ url, headers }, response) => {
        seen.push({ url, agent: headers["user-agent"], probe: headers["x-probe"], host: headers.host });
        response.end();
      },
      { path: "healthz?full=1", httpHeaders },
    );
    expect(seen).to.deep.equal([{ url: "/healthz?full=1", agent: "kube-probe/1.33", probe: "1", host: "web.example" }]);
  });

  it("httpGet follows redirects to the same host, but not for ever", async () => {
    expect(await http(chain, { path: "/3" })).to.equal("success: there");
    expect(await http(chain, { path: "/30" })).to.contain("stopped after 10 redirects");
  });

  it("httpGet takes a redirect to another host for a success with a warning", async () => {
    expect(await http(away)).to.equal("warning: Probe terminated redirects, Response body: gone");
  });

  it("httpGet says what a refused connection is, in Go's words", async () => {
    const port = await listen(createTcpServer());
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const result = await checkHttp({ action: { port, path: "/x" }, address: host, port, signal: never });
    expect(result).to.deep.equal({
      is: "failure",
      message: `Get "http://127.0.0.1:${port}/x": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
    expect(await checkTcp({ host, port, signal: never })).to.deep.equal({
      is: "failure",
      message: `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    });
  });

  it("httpGet gives up when the time is over", async () => {
    const port = await listen(createServer(() => {}));
    const giveUp = new AbortController();
    const result = checkHttp({ action: { port }, address: host, port, signal: giveUp.signal });
    giveUp.abort();
    expect((await result).message).to.contain("context deadline exceeded");
    (servers[0] as Server).closeAllConnections();
  });

  it("tcpSocket is content with a connection", async () => {
    const port = await listen(createTcpServer((socket) => socket.destroy()));
    expect(await checkTcp({ host, port, signal: never })).to.deep.equal({ is: "success", message: "" });
  });

  /** A health service that answers with this serving status, or this gRPC error. */
  async function grpc(answer: { readonly status?: number; readonly error?: string }, service = ""): Promise<string> {
    const asked: Buffer[] = [];
    const server = createHttp2Server();
    server.on("stream", (stream) => {
      stream.on("data", (chunk: Buffer) => asked.push(chunk));
      stream.on("end", () => {
        stream.respond(
          {
            ":status": 200,
            "content-type": "application/grpc",
            ...(answer.error === undefined ? {} : { "grpc-status": answer.error }),
          },
          { waitForTrailers: answer.error === undefined },
        );
        stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
        stream.end(answer.error === undefined ? Buffer.from([0, 0, 0, 0, 2, 8, answer.status ?? 0]) : undefined);
      });
    });
    const port = await listen(server);
    const { is, message } = await checkGrpc({ host, port, service, signal: never });
    return `${is}: ${message}; asked ${Buffer.concat(asked).subarray(5).toString("latin1").slice(2)}`;
  }

  it("grpc asks the health service", async () => {
    expect(await grpc({ status: 1 }, "db")).to.equal("success: service healthy; asked db");
    expect(await grpc({ status: 2 })).to.equal('failure: service unhealthy (responded with "NOT_SERVING"); asked ');
    expect(await grpc({ error: "12" })).to.contain("does not implement the grpc health protocol");
  });

  it("finds ports by number and by name", () => {
    const container = aContainer({ ports: [{ name: "http", containerPort: 8080 }] });
    const cases: readonly (readonly [port: number | string, expected: number | string])[] = [
      [80, 80],
      ["80", 80],
      ["http", 8080],
      ["https", `couldn't find port: "https" in container "nginx"`],
      [0, "invalid port number: 0"],
    ];
    for (const [port, expected] of cases) {
      const found = findPort(port, container);
      expect(found.ok ? found.value : found.error).to.equal(expected);
    }
  });
});

/** Redirects as often as the path says. */
const chain: RequestListener = ({ url }, response) => {
  const left = Number(url?.slice(1) ?? 0);
  if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end();
  else response.end("there");
};

const away: RequestListener = (_, response) => response.writeHead(301, { location: "http://192.0.2.1/" }).end("gone");
