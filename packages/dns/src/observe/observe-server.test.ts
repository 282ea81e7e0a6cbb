import { execFile } from "node:child_process";
import { connect } from "node:net";
import { promisify } from "node:util";
import { createMetrics, createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { alone, unsynced, well } from "./knowledge.fixture.ts";
import type { Knowledge } from "./knowledge.ts";
import { startObserveServer, type ObserveServer } from "./observe-server.ts";

const run = promisify(execFile);

describe("the server of figures and health", () => {
  let parts: StopStack;
  let knowledge: Knowledge;
  let server: ObserveServer;
  beforeEach(async () => {
    parts = createStopStack();
    knowledge = well;
    const metrics = createMetrics();
    metrics.counter({ name: "c_total", help: "Counts." }).add({}, 5);
    server = parts.add(await start({ host: "127.0.0.1", port: 0 }, metrics));
  });
  afterEach(() => parts.stop());

  const start = async (listen: { host: string; port: number }, metrics = createMetrics()): Promise<ObserveServer> =>
    await startObserveServer({ listen, metrics, knowledge: () => knowledge, clock: systemClock, log: silentLogger });

  /** What curl shows: the body, then the code. */
  async function curl(path: string, ...args: readonly string[]): Promise<string> {
    const url = `http://127.0.0.1:${server.address.port}${path}`;
    const { stdout } = await run("curl", [
      "--silent",
      "--max-time",
      "10",
      "--write-out",
      "|%{http_code}",
      ...args,
      url,
    ]);
    return stdout;
  }

  it("D51 gives figures to Prometheus", async () => {
    expect(await curl("/metrics")).to.equal("# HELP c_total Counts.\n# TYPE c_total counter\nc_total 5\n|200");
    expect(await curl("/metrics", "--head")).to.match(/content-type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/);
  });

  for (const path of ["/health", "/livez", "/ready", "/readyz"]) {
    it(`D52 ${path} says OK, and all it knows to who wants to know`, async () => {
      expect(await curl(path)).to.equal("OK|200");
      expect(await curl(`${path}?verbose`)).to.match(/^OK\nsynced: revision 123\nAPI server: connected/);
      const json = await curl(path, "--header", "Accept: application/json");
      expect(JSON.parse(json.replace(/\|200$/, ""))).to.deep.include({ status: "OK", synced: true });
    });
  }

  it("D52 is not ready before the first sync, but alive", async () => {
    knowledge = unsynced;
    expect(await curl("/ready")).to.match(/SERVFAIL\|503$/);
    expect(await curl("/health")).to.equal("OK|200");
  });

  it("D52 stays ready and healthy without the API server, and says what it answers with", async () => {
    knowledge = alone;
    expect(await curl("/ready")).to.equal("OK|200");
    expect(await curl("/health?verbose")).to.contain(
      "not been heard of for 12 s; answering with what was last known (revision 123)",
    );
  });

  it("D52 turns away when it is about to end, and goes on serving", async () => {
    server.beginLameduck();
    for (const path of ["/health", "/livez", "/ready", "/readyz"]) {
      expect(await curl(path)).to.match(/^about to end.*\|503$/);
      expect(await curl(`${path}?verbose`)).to.match(/^about to end[^]*zone: cluster.local[^]*\|503$/);
    }
    expect(await curl("/metrics")).to.match(/\|200$/);
  });

  it("answers nothing else, and no other method", async () => {
    expect(await curl("/")).to.match(/^not here; there are \/metrics .*\|404$/s);
    expect(await curl("/../etc/passwd", "--path-as-is")).to.match(/\|404$/);
    for (const method of ["POST", "DELETE", "OPTIONS"]) {
      expect(await curl("/metrics", "--request", method, "--data", "x")).to.match(/\|405$/);
    }
    expect(await curl("/health", "--head")).to.match(/content-length: 2\r\n/);
  });

  const hosts: readonly (readonly [host: string, code: string])[] = [
    ["127.0.0.1", "200"],
    ["127.0.0.1:9153", "200"],
    ["[::1]:9153", "200"],
    ["localhost", "200"],
    ["LOCALHOST:80", "200"],
    ["evil.example", "403"],
    ["evil.example:9153", "403"],
    ["127.0.0.1.evil.example", "403"],
    ["localhost.evil.example", "403"],
    ["user@127.0.0.1", "403"],
    ["[::1", "403"],
  ];
  for (const [host, code] of hosts) {
    it(`is ${code === "200" ? "" : "not "}asked as ${host}, which a page's own name cannot be`, async () => {
      expect(await curl("/metrics", "--header", `Host: ${host}`)).to.match(new RegExp(`\\|${code}$`));
    });
  }

  it("is bounded in what it reads, and does not wait for the rest", async () => {
    expect(await curl("/metrics", "--header", `X: ${"x".repeat(10_000)}`)).to.match(/\|431$/);
    const socket = connect(server.address.port, "127.0.0.1");
    const said: Buffer[] = [];
    socket.on("data", (piece) => said.push(piece)).on("error", () => {});
    const closed = new Promise((resolve) => socket.once("close", resolve));
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.write("GET /metrics HTTP/1.1\r\nHost: 127");
    await parts.stop();
    await closed;
    expect(String(Buffer.concat(said))).not.to.contain("c_total");
  });

  it("listens on IPv6 too, and says where it cannot", async () => {
    const six = parts.add(await start({ host: "::1", port: 0 }));
    const { stdout } = await run("curl", ["--silent", `http://[::1]:${six.address.port}/health`]);
    expect(stdout).to.equal("OK");
    const failure = await start(server.address).catch((error: unknown) => error);
    expect(String(failure)).to.match(
      /metrics and health cannot listen on 127\.0\.0\.1:\d+: another program answers there/,
    );
  });
});
