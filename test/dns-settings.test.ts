import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { Machine, machineProblem, programPath } from "../scripts/rig/machine.ts";

/** A name that every cluster has. */
const name = "kubernetes.default.svc";

describe("the settings of DNS, while it runs", () => {
  const missing = ["dig", "kdig", "curl", "openssl"].find((each) => programPath(each) === undefined);
  const problem = machineProblem() ?? (missing === undefined ? undefined : `needs the program ${missing}`);
  let machine: Machine;
  let config: string;

  before(async function () {
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    machine = await Machine.create();
    config = join(machine.dir, "ordinal.yaml");
    await writeFile(config, "dns-ttl: 7\ndns-upstream: none\n");
    await machine.startDaemon("--runtime=process", `--config=${config}`, "--dns-tls-listen=127.0.0.1:853");
  });
  after(async () => {
    if (problem === undefined) await machine.destroy();
  });

  /** The lines of the answer; none while nobody answers. */
  const dig = async (zone: string): Promise<string> => {
    const query = ["dig", "+noall", "+answer", "+tries=1", "@127.0.0.1", "-p", "10053", `${name}.${zone}`];
    const { code, stdout } = await machine.run(query);
    return code === 0 ? stdout : "";
  };
  const pid = async (): Promise<number> =>
    (JSON.parse(await readFile(join(machine.dataDir, "dns.json"), "utf8")) as { pid: number }).pid;
  const log = async (): Promise<string> => await readFile(join(machine.dataDir, "log/dns.log"), "utf8");

  it("D53 takes a changed file over without a new process: lifetimes, zones", async () => {
    expect(await dig("cluster.local")).to.match(/\s7\s+IN\s+A\s+127\.96\.0\.1$/m);
    const before = await pid();
    await writeFile(config, "dns-ttl: 60\ndns-upstream: none\ncluster-domain: [cluster.local, cluster.internal]\n");
    await eventually("the second zone is served", async () => (await dig("cluster.internal")) !== "");
    expect(await dig("cluster.local")).to.match(/\s60\s+IN\s+A\s/);
    expect(await pid()).to.equal(before);
    const status = await eventually("status knows the second zone", async () =>
      /DNS .*cluster\.local, cluster\.internal.*/.exec(await machine.out(...machine.ordinal("status"))),
    );
    expect(status[0]).to.contain("127.0.0.1:10053");
  });

  it("D53 keeps the last good settings while the file has a mistake, also in a process that is started then", async () => {
    await writeFile(config, "dns-ttl: 60\ncluster-domain: [cluster_local]\n");
    await eventually("the mistake is logged", async () =>
      (await log()).includes(`${config}:2 cluster-domain cluster_local`),
    );
    expect(await dig("cluster.internal")).to.contain("127.96.0.1");
    const before = await pid();
    process.kill(before, "SIGKILL");
    await eventually(
      "another process serves",
      async () => (await pid()) !== before && (await dig("cluster.internal")) !== "",
    );
  });

  it("D58 runs alone for any API server, and prints a line to paste", async () => {
    const alone = machine.spawn(machine.ordinal("dns", "--dns-listen=127.0.0.1:5301", "--dns-upstream=none"));
    const ended = new Promise((resolve) => alone.once("exit", resolve));
    try {
      let said = "";
      alone.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      await eventually("it says where it answers", () => said.includes("Ctrl-C ends it."));
      expect(said).to.contain("DNS answers at 127.0.0.1:5301, over UDP and TCP.");
      const line = /^ {2}try {6}(?<line>dig .*)$/m.exec(said)?.groups?.["line"] ?? "";
      await eventually("the line finds an address", async () => (await machine.sh(line)) === "127.96.0.1");
    } finally {
      alone.kill("SIGINT");
    }
    expect(await ended).to.equal(0);
  });

  it("D53 follows the file with the daemon gone, and on SIGHUP", async () => {
    await machine.killDaemon();
    await writeFile(config, "dns-ttl: 61\ndns-upstream: none\n");
    await eventually("the lifetime has changed", async () => /\s61\s+IN/.test(await dig("cluster.local")));
    const unchanged = "nothing about DNS has changed";
    const before = (await log()).split(unchanged).length;
    process.kill(await pid(), "SIGHUP");
    await eventually("the file was looked at", async () => (await log()).split(unchanged).length > before);
  });

  it("D54 answers over TLS with a certificate of the daemon's own authority, whose key is nobody else's", async () => {
    const ca = join(machine.dataDir, "pki/ca.crt");
    const query = ["kdig", "+short", `+tls-ca=${ca}`, "@127.0.0.1", `${name}.cluster.local`];
    expect(await machine.out(...query, "+tls-host=ns.dns.cluster.local")).to.equal("127.96.0.1");
    expect(await machine.sh(`stat -c %a ${machine.dataDir}/pki/dns.key`)).to.equal("600");
    expect(await readFile(join(machine.dataDir, "dns.json"), "utf8")).not.to.contain("PRIVATE");
  });

  it("D54 reads a renewed certificate on SIGHUP, and keeps the old one when the new cannot be used", async () => {
    const [cert, key] = ["tls.crt", "tls.key"].map((file) => join(machine.dir, file)) as [string, string];
    const issue = async (common: string): Promise<void> => {
      const subject = ["-subj", `/CN=${common}`, "-addext", "subjectAltName=IP:127.0.0.1"];
      await machine.out(
        ..."openssl req -x509 -newkey ed25519 -nodes -days 2".split(" "),
        ...subject,
        "-keyout",
        key,
        "-out",
        cert,
      );
    };
    const shown = async (): Promise<string> =>
      await machine.sh(
        "openssl s_client -connect 127.0.0.1:8853 </dev/null 2>/dev/null | openssl x509 -noout -subject 2>&1 || true",
      );
    await issue("first");
    const flags = ["--dns-listen=127.0.0.1:5303", "--dns-upstream=none", "--dns-tls-listen=127.0.0.1:8853"];
    const alone = machine.spawn(machine.ordinal("dns", ...flags, `--dns-tls-cert=${cert}`, `--dns-tls-key=${key}`));
    let said = "";
    alone.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((resolve) => alone.once("exit", resolve));
    try {
      await eventually("it shows its certificate", async () => (await shown()).includes("first"));
      await issue("second");
      alone.kill("SIGHUP");
      await eventually("it shows the renewed one", async () => (await shown()).includes("second"));
      await writeFile(cert, "nonsense");
      alone.kill("SIGHUP");
      await eventually("it says what it keeps", () => said.includes("DNS goes on with its old certificate"));
      expect(await shown()).to.contain("second");
    } finally {
      alone.kill("SIGINT");
    }
    expect(await ended).to.equal(0);
  });

  it("D54 needs files for TLS when it runs alone, and says so", async () => {
    const { code, stderr } = await machine.run(
      machine.ordinal("dns", "--dns-listen=127.0.0.1:5302", "--dns-tls-listen=127.0.0.1:8853"),
    );
    expect(code).to.equal(1);
    expect(stderr).to.match(/^ordinal: DNS over TLS or HTTPS needs a certificate here: give --dns-tls-cert FILE/m);
  });

  it("D52 shows where metrics and health are, and serves them there", async () => {
    await machine.startDaemon("--runtime=process", `--config=${config}`, "--dns-tls-listen=127.0.0.1:853");
    const [, url] = /metrics and health at (\S+)/.exec(await machine.out(...machine.ordinal("status"))) ?? [];
    expect(url).to.equal("http://127.0.0.1:9153");
    expect(await machine.out("curl", "-sf", `${url}/metrics`)).to.contain("coredns_dns_requests_total");
    const { stdout } = await machine.run(machine.ordinal("dns", "status"));
    expect(stdout).to.match(/health {4}ready: /);
  });
});
