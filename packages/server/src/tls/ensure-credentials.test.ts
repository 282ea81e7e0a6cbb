import { X509Certificate } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFakeClock, type FakeClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { Credentials } from "./credentials.ts";
import { ensureCredentials, ensureServerCertificate } from "./ensure-credentials.ts";
import { writeKubeconfig } from "./kubeconfig.ts";

const dayMs = 24 * 60 * 60_000;

describe("ensureCredentials", () => {
  let parent: string;
  let dir: string;
  let clock: FakeClock;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "ordinal-pki-"));
    dir = join(parent, "pki");
    clock = createFakeClock();
  });
  afterEach(async () => await rm(parent, { recursive: true, force: true }));

  const ensure = async (serviceAddress = "10.96.0.1"): Promise<Credentials> =>
    await ensureCredentials({ dir, clock, serviceAddress, clusterDomain: "cluster.local" });

  it("makes an authority, a server and a client that belong together", async () => {
    const made = await ensure();
    const authority = new X509Certificate(made.ca);
    const server = new X509Certificate(made.serverCertificate);
    const client = new X509Certificate(made.clientCertificate);
    expect(authority.ca).to.equal(true);
    expect([server, client].map((each) => each.ca)).to.deep.equal([false, false]);
    expect([server, client].map((each) => each.checkIssued(authority))).to.deep.equal([true, true]);
    expect([server, client].map((each) => each.verify(authority.publicKey))).to.deep.equal([true, true]);
    expect(client.subject).to.equal("O=system:masters\nCN=ordinal-admin");
    expect(server.keyUsage).to.deep.equal(["1.3.6.1.5.5.7.3.1"]);
    expect(client.keyUsage).to.deep.equal(["1.3.6.1.5.5.7.3.2"]);
  });

  it("names everything the server is reached by", async () => {
    const server = new X509Certificate((await ensure()).serverCertificate);
    for (const host of ["localhost", "kubernetes", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"]) {
      expect(server.checkHost(host), host).to.equal(host);
    }
    for (const address of ["127.0.0.1", "10.96.0.1"]) expect(server.checkIP(address), address).to.equal(address);
  });

  it("D58 names the kubernetes service in every zone, and is made anew when one is added", async () => {
    const first = await ensure();
    const names = { serviceAddress: "10.96.0.1", clusterDomain: "cluster.local", otherDomains: ["cluster.internal"] };
    const second = await ensureCredentials({ dir, clock, ...names });
    const server = new X509Certificate(second.serverCertificate);
    for (const host of ["kubernetes.default.svc.cluster.local", "kubernetes.default.svc.cluster.internal"]) {
      expect(server.checkHost(host)).to.equal(host);
    }
    expect(second.ca).to.equal(first.ca);
  });

  it("D54 issues one more server's certificate, keeps it, and makes it anew when it lacks a name", async () => {
    const { ca } = await ensure();
    const issue = async (...hosts: readonly string[]): Promise<X509Certificate> => {
      const files = await ensureServerCertificate({ dir, clock, name: "dns", hosts });
      expect(files).to.deep.equal({ certificate: join(dir, "dns.crt"), key: join(dir, "dns.key") });
      expect((await stat(files.key)).mode & 0o777).to.equal(0o600);
      return new X509Certificate(await readFile(files.certificate));
    };
    const first = await issue("127.0.0.1", "localhost", "ns.dns.cluster.local");
    expect(first.verify(new X509Certificate(ca).publicKey)).to.equal(true);
    expect(first.checkIP("127.0.0.1")).to.equal("127.0.0.1");
    expect(first.checkHost("ns.dns.cluster.local")).to.equal("ns.dns.cluster.local");
    expect((await issue("127.0.0.1", "localhost")).fingerprint).to.equal(first.fingerprint);
    expect((await issue("127.0.0.1", "::1")).fingerprint).not.to.equal(first.fingerprint);
  });

  it("keeps everything from others", async () => {
    await ensure();
    expect((await stat(dir)).mode & 0o777).to.equal(0o700);
    const files = await readdir(dir);
    expect(files.toSorted()).to.deep.equal([
      "ca.crt",
      "ca.key",
      "client.crt",
      "client.key",
      "server.crt",
      "server.key",
    ]);
    for (const file of files) expect((await stat(join(dir, file))).mode & 0o777, file).to.equal(0o600);
  });

  it("uses what is there at the next start", async () => {
    const first = await ensure();
    await clock.advance(200 * dayMs);
    expect(await ensure()).to.deep.equal(first);
  });

  it("renews in good time, and keeps the authority", async () => {
    const first = await ensure();
    await clock.advance(300 * dayMs);
    const second = await ensure();
    expect(second.ca).to.equal(first.ca);
    expect(second.serverCertificate).to.not.equal(first.serverCertificate);
    expect(second.clientCertificate).to.not.equal(first.clientCertificate);
    const validTo = new X509Certificate(second.clientCertificate).validToDate.getTime();
    expect(validTo).to.be.greaterThan(clock.now() + 360 * dayMs);
  });

  it("renews everything with the authority", async () => {
    const first = await ensure();
    await clock.advance(10 * 365 * dayMs);
    const second = await ensure();
    expect(second.ca).to.not.equal(first.ca);
    const authority = new X509Certificate(second.ca);
    expect(new X509Certificate(second.serverCertificate).verify(authority.publicKey)).to.equal(true);
    expect(new X509Certificate(second.clientCertificate).verify(authority.publicKey)).to.equal(true);
  });

  it("makes a new server certificate when the server has a new address", async () => {
    const first = await ensure();
    const second = await ensure("127.96.0.1");
    expect(second.clientCertificate).to.equal(first.clientCertificate);
    expect(new X509Certificate(second.serverCertificate).checkIP("127.96.0.1")).to.equal("127.96.0.1");
  });

  for (const broken of ["client.crt", "client.key", "server.crt", "server.key", "ca.crt", "ca.key"]) {
    it(`recovers from a broken ${broken}`, async () => {
      await ensure();
      await writeFile(join(dir, broken), "nonsense");
      const made = await ensure();
      const authority = new X509Certificate(made.ca);
      for (const pem of [made.serverCertificate, made.clientCertificate]) {
        expect(new X509Certificate(pem).verify(authority.publicKey)).to.equal(true);
      }
      expect(await ensure()).to.deep.equal(made);
    });
  }

  it("A15 A14 writes a kubeconfig only its owner can read, and replaces an older one", async () => {
    const credentials = await ensure();
    const path = join(parent, "kubeconfig");
    await writeKubeconfig(path, { server: "https://127.0.0.1:1", credentials });
    await writeKubeconfig(path, { server: "https://127.0.0.1:6445", credentials });
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    const text = await readFile(path, "utf8");
    expect(text).to.include("server: https://127.0.0.1:6445\n").and.include("current-context: ordinal\n");
    expect(text).to.include(Buffer.from(credentials.clientKey).toString("base64"));
    expect((await readdir(parent)).toSorted()).to.deep.equal(["kubeconfig", "pki"]);
  });
});
