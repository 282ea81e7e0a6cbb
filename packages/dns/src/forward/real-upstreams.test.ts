import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStopStack, silentLogger, systemClock, type StopStack } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { freePort } from "../listen/free-port.fixture.ts";
import { listenBoth } from "../listen/listen.ts";
import { needs, run } from "../listen/peers.fixture.ts";
import { query } from "../message.fixture.ts";
import { createForwarder, type Forwarder } from "./forwarder.ts";
import { plainQuestion } from "./asked-query.ts";
import { Upstream } from "./upstream.ts";

describe("real upstreams", () => {
  let dir: string;
  let parts: StopStack;

  beforeEach(async () => {
    parts = createStopStack();
    dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
    parts.add({ stop: () => rm(dir, { recursive: true }) });
  });

  afterEach(() => parts.stop());

  /** Starts a server and waits until it says anything at all. */
  async function serve(port: number, command: string, args: readonly string[]): Promise<void> {
    const child: ChildProcess = spawn(command, args, { stdio: "ignore" });
    const exited = once(child, "exit");
    parts.add({
      async stop() {
        child.kill("SIGKILL");
        await exited;
      },
    });
    const ready = new Upstream(
      { host: "127.0.0.1", port },
      { clock: systemClock, onDoubt() {}, onDown() {}, onRecovered() {} },
    );
    parts.add({ stop: async () => ready.stop() });
    await eventually(async () => expect(await ready.probe(plainQuestion("\x05ready\x04test", 1))).to.equal(true));
  }

  /** A server of ours in front of it, and the port it answers at. */
  async function front(upstreamPort: number): Promise<{ of: Forwarder; port: number }> {
    const of = parts.add(
      createForwarder({
        clock: systemClock,
        log: silentLogger,
        upstreams: [{ host: "127.0.0.1", port: upstreamPort }],
      }),
    );
    const respond = async (message: Buffer, transport: "udp" | "tcp" | "tls" | "https") => [
      await of.ask(message, transport),
    ];
    const { address } = parts.add(
      await listenBoth({ host: "127.0.0.1", port: 0 }, { respond, clock: systemClock, log: silentLogger }),
    );
    await of.start();
    return { of, port: address.port };
  }

  const dig = async (port: number, ...args: readonly string[]) =>
    await run("dig", ["@127.0.0.1", "-p", String(port), "+tries=1", ...args]);

  it("D38 D50 dnsmasq: addresses, an alias, a long answer, a name that is not there", async function () {
    await needs(this, "dnsmasq", "dig");
    const port = await freePort();
    const hosts = Array.from({ length: 60 }, (_, index) => `--host-record=many.example.test,10.9.8.${index + 1}`);
    await serve(port, "dnsmasq", [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
      "--user=",
      "--pid-file=",
      `--port=${port}`,
      "--listen-address=127.0.0.1",
      "--bind-interfaces",
      "--local-ttl=77",
      "--local=/test/",
      "--host-record=www.example.test,10.9.8.7,fd00::7",
      "--cname=alias.example.test,www.example.test",
      "--txt-record=txt.example.test,hello",
      "--auth-ttl=60",
      ...hosts,
    ]);
    const { of, port: own } = await front(port);
    expect(await dig(own, "+short", "www.example.test")).to.equal("10.9.8.7\n");
    expect(await dig(own, "+short", "AAAA", "www.example.test")).to.equal("fd00::7\n");
    expect(await dig(own, "+short", "TXT", "txt.example.test")).to.equal('"hello"\n');
    expect(await dig(own, "+short", "alias.example.test")).to.equal("www.example.test.\n10.9.8.7\n");
    expect(await dig(own, "+noall", "+answer", "WwW.eXample.test")).to.match(/^WwW\.eXample\.test\.\s+7\d\s+IN\s+A\s/);
    expect((await dig(own, "+short", "+bufsize=512", "many.example.test")).split("\n")).to.have.length(61);
    expect(await dig(own, "+bufsize=512", "+ignore", "many.example.test")).to.match(/flags: qr tc/);
    expect(await dig(own, "no.example.test")).to.contain("status: NXDOMAIN");
    const { proxies, cache } = of.counters();
    expect(proxies[0]?.failures).to.equal(0);
    expect(cache.hits.success).to.be.at.least(2);
  });

  it("D38 D50 Knot DNS: a denial with its SOA is remembered, signatures with DO are kept apart", async function () {
    await needs(this, "knotd", "dig");
    const port = await freePort();
    const zone = [
      "@ SOA ns admin 1 900 300 86400 60",
      "@ NS ns",
      "ns A 10.9.8.1",
      "www A 10.9.8.7",
      "_http._tcp SRV 0 5 80 www",
    ];
    await writeFile(join(dir, "example.test.zone"), `${["$ORIGIN example.test.", "$TTL 60", ...zone].join("\n")}\n`);
    const config = [
      "server:",
      `  listen: 127.0.0.1@${port}`,
      `  rundir: ${dir}`,
      "database:",
      `  storage: ${dir}/db`,
      "zone:",
      "  - domain: example.test",
      `    storage: ${dir}`,
      "    dnssec-signing: on",
    ];
    await mkdir(join(dir, "db"));
    await writeFile(join(dir, "knot.conf"), `${config.join("\n")}\n`);
    await serve(port, "knotd", ["-c", join(dir, "knot.conf")]);
    const { of, port: own } = await front(port);
    await eventually(async () => expect(await dig(port, "+dnssec", "www.example.test")).to.contain("RRSIG"));
    expect(await dig(own, "+short", "www.example.test")).to.equal("10.9.8.7\n");
    expect(await dig(own, "+noall", "+authority", "no.example.test")).to.match(/^example\.test\.\s+60\s+IN\s+SOA/);
    const before = of.counters().cache.hits.denial;
    expect(await dig(own, "no.example.test")).to.contain("status: NXDOMAIN");
    expect(of.counters().cache.hits.denial).to.equal(before + 1);
    expect(await dig(own, "+short", "SRV", "_http._tcp.example.test")).to.equal("0 5 80 www.example.test.\n");
    expect(await dig(own, "+dnssec", "www.example.test")).to.contain("RRSIG");
    expect(await dig(own, "www.example.test")).not.to.contain("RRSIG");
    expect(of.isLoopProbe(query("www.example.test", "HINFO"))).to.equal(false);
  });

  it("D39 dnsmasq that hands everything back is found out", async function () {
    await needs(this, "dnsmasq", "dig");
    const port = await freePort();
    const { of, port: own } = await front(port);
    await serve(port, "dnsmasq", [
      "--keep-in-foreground",
      "--conf-file=/dev/null",
      "--no-resolv",
      "--no-hosts",
      "--user=",
      "--pid-file=",
      `--port=${port}`,
      "--listen-address=127.0.0.1",
      "--bind-interfaces",
      "--local=/ready.test/",
      `--server=127.0.0.1#${own}`,
    ]);
    await eventually(() => expect(of.counters().proxies[0]?.isLooping).to.equal(true));
    expect(await dig(own, "www.example.test")).to.contain("status: REFUSED");
  });
});
