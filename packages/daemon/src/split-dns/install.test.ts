import { expect } from "chai";
import { UsageError } from "../usage-error.ts";
import { prepareInstall, type InstallOptions } from "./install.ts";
import { installedPath, readInstalled } from "./installed.ts";
import { planDnsmasq } from "./plan-dnsmasq.ts";
import { planResolved } from "./plan-resolved.ts";
import { aTarget, createScratchHost, type ScratchHost } from "./scratch-host.fixture.ts";
import type { SplitDnsTarget } from "./target.ts";
import { prepareUninstall } from "./uninstall.ts";

const file = "/etc/systemd/resolved.conf.d/ordinal.conf";
const restart = "systemctl restart systemd-resolved";
const facts = { version: 255, globalServers: [], hasLinkServers: true };

function options(more: Partial<SplitDnsTarget> = {}): InstallOptions {
  const target = aTarget(more);
  return { plan: planResolved(facts, target, []), target, dataDir: "/data" };
}

describe("install and uninstall", () => {
  let host: ScratchHost;
  beforeEach(async () => {
    host = await createScratchHost();
    await host.put("/etc/systemd/resolved.conf", "[Resolve]\n");
  });
  afterEach(async () => await host.destroy());

  const install = async (given = options()): Promise<void> => await (await prepareInstall(host, given)).run();
  const uninstall = async (): Promise<readonly string[]> => {
    const installed = await readInstalled(host);
    if (installed === undefined) throw new Error("nothing is installed");
    return await (await prepareUninstall(host, installed)).run();
  };
  const refused = async (act: Promise<unknown>): Promise<string> => {
    const error: unknown = await act.then(
      () => undefined,
      (failure: unknown) => failure,
    );
    expect(error).to.be.instanceOf(UsageError);
    return (error as Error).message;
  };

  it("D58 changes nothing before it is told to run", async () => {
    const before = await host.files("/");
    const prepared = await prepareInstall(host, options());
    expect(prepared.changes.map(({ path, before: old }) => [path, old])).to.deep.equal([[file, undefined]]);
    expect(await host.files("/")).to.deep.equal(before);
    expect(host.ran).to.deep.equal([]);
  });

  it("D58 writes, restarts, remembers; and uninstall puts everything back, directories too", async () => {
    const before = await host.files("/");
    await install();
    expect(await host.readText(file)).to.contain("DNS=127.0.0.1:10053");
    expect((await readInstalled(host))?.state).to.equal("installed");
    expect(await uninstall()).to.deep.equal([]);
    expect(await host.files("/")).to.deep.equal(before);
    expect(await host.exists("/etc/systemd/resolved.conf.d")).to.equal(false);
    expect(await host.exists("/var/lib/ordinal-split-dns")).to.equal(false);
    expect(host.ran).to.deep.equal([restart, restart]);
  });

  it("D58 leaves a directory that has something else in it", async () => {
    await install();
    await host.put("/etc/systemd/resolved.conf.d/other.conf", "[Resolve]\n");
    expect(await uninstall()).to.deep.equal([]);
    expect(await host.list("/etc/systemd/resolved.conf.d")).to.deep.equal(["other.conf"]);
  });

  it("D58 finds that everything is done already", async () => {
    await install();
    const again = await prepareInstall(host, options());
    expect([again.isDone, again.changes]).to.deep.equal([true, []]);
  });

  it("D58 follows another port or zone, in place", async () => {
    await install();
    const other = options({ servers: [{ host: "127.0.0.1", port: 10054 }] });
    const prepared = await prepareInstall(host, other);
    expect(prepared.isDone).to.equal(false);
    await prepared.run();
    expect(await host.readText(file)).to.contain("DNS=127.0.0.1:10054");
    expect((await readInstalled(host))?.target).to.deep.equal(other.target);
    await uninstall();
    expect(await host.exists("/etc/systemd/resolved.conf.d")).to.equal(false);
  });

  it("D58 takes the old file away, and tells that resolver, when the host has another one now", async () => {
    await install();
    const target = aTarget();
    const dnsmasq = { confDir: "/etc/dnsmasq.d", of: "itself", init: "systemd" } as const;
    await install({ plan: planDnsmasq(dnsmasq, target, []), target, dataDir: "/data" });
    expect(await host.readText(file)).to.equal(undefined);
    expect(host.ran).to.deep.equal([restart, restart, "systemctl restart dnsmasq"]);
    expect(await uninstall()).to.deep.equal([]);
    expect(Object.keys(await host.files("/"))).to.deep.equal(["/etc/systemd/resolved.conf"]);
  });

  it("D58 refuses to replace a file that somebody else has written", async () => {
    await host.put(file, "[Resolve]\nDNS=192.0.2.1\n");
    expect(await refused(prepareInstall(host, options()))).to.match(
      /ordinal\.conf is there already, and Ordinal has not/,
    );
  });

  it("D58 refuses to replace a file of ours that somebody has changed", async () => {
    await install();
    await host.put(file, `${(await host.readText(file)) ?? ""}Cache=no\n`);
    expect(await refused(prepareInstall(host, options()))).to.match(/was changed since "ordinal dns install" wrote it/);
  });

  it("D58 takes over a file of ours when the record of it is lost", async () => {
    await install();
    await host.removeFile(installedPath);
    await install(options({ zones: ["cluster.internal"] }));
    expect(await host.readText(file)).to.contain("~cluster.internal");
  });

  it("D58 refuses a second Ordinal, naming the first", async () => {
    await install();
    expect(await refused(prepareInstall(host, { ...options(), dataDir: "/other" }))).to.match(
      /set up already, for the Ordinal of \/data; remove that first: ordinal dns uninstall/,
    );
  });

  it("D58 puts everything back when a step fails, and says so", async () => {
    const before = await host.files("/");
    host.answer(restart, { code: 1, output: "Job failed." });
    expect(await refused(install())).to.match(
      /"systemctl restart systemd-resolved" ended with 1: Job failed\.; every file was put back, but run this yourself/,
    );
    expect(await host.files("/")).to.deep.equal(before);
    expect(await host.exists("/etc/systemd/resolved.conf.d")).to.equal(false);
  });

  it("D58 goes back to what was set up before when a step of the next install fails", async () => {
    await install();
    const before = await host.files("/");
    host.answer(restart, { code: 1, output: "" });
    await refused(install(options({ zones: ["cluster.internal"] })));
    expect(await host.files("/")).to.deep.equal(before);
  });

  it("D58 undoes an install that was cut off in the middle", async () => {
    const { plan, target } = options();
    const cutOff = {
      ...host,
      run: () => Promise.reject(new Error("killed")),
      removeFile: () => Promise.reject(new Error("killed")),
    };
    await (await prepareInstall(cutOff, { plan, target, dataDir: "/data" })).run().catch(() => {});
    expect((await readInstalled(host))?.state).to.equal("changing");
    expect(await uninstall()).to.deep.equal([]);
    expect(Object.keys(await host.files("/"))).to.deep.equal(["/etc/systemd/resolved.conf"]);
  });

  it("D58 leaves a file that was changed since, says so, and says so again", async () => {
    await install();
    await host.put(file, "mine now\n");
    const words = [`${file} was changed since Ordinal wrote it, and was left: remove it yourself`];
    expect(await uninstall()).to.deep.equal(words);
    expect(await uninstall()).to.deep.equal(words);
    await host.removeFile(file);
    expect(await uninstall()).to.deep.equal([]);
    expect(await readInstalled(host)).to.equal(undefined);
  });

  it("D58 says which program to run where that fails after uninstall", async () => {
    await install();
    host.answer(restart, { code: 5, output: "Unit not found" });
    expect((await uninstall()).join()).to.match(/^run this yourself: systemctl restart systemd-resolved/);
    expect(await readInstalled(host)).to.equal(undefined);
  });
});
