import { expect } from "chai";
import { createScratchHost, type ScratchHost } from "./scratch-host.fixture.ts";
import { surveyHost } from "./survey.ts";

describe("surveyHost", () => {
  let host: ScratchHost;
  beforeEach(async () => {
    host = await createScratchHost();
  });
  afterEach(async () => await host.destroy());

  it("D58 finds a systemd-resolved that the host asks", async () => {
    await host.put("/etc/resolv.conf", "# stub\nnameserver 127.0.0.53\noptions edns0 trust-ad\nsearch lan\n");
    await host.put("/run/systemd/system/x", "");
    host.answer("resolvectl --version", { code: 0, output: "systemd 255 (255.4-1ubuntu8.4)\n+PAM +AUDIT" });
    host.answer("resolvectl dns", {
      code: 0,
      output: "Global:\nLink 2 (eth0): 192.0.2.1 2001:db8::1\nLink 3 (docker0):\n",
    });
    const { resolved, nameservers, init } = await surveyHost(host);
    expect(resolved).to.deep.equal({ version: 255, globalServers: [], hasLinkServers: true });
    expect([nameservers, init]).to.deep.equal([["127.0.0.53"], "systemd"]);
  });

  it("D58 finds one that only the C library asks", async () => {
    await host.put("/etc/resolv.conf", "nameserver 192.0.2.1\n");
    await host.put("/etc/nsswitch.conf", "passwd: files\nhosts: mymachines resolve [!UNAVAIL=return] files dns\n");
    await host.put("/run/systemd/system/x", "");
    host.answer("resolvectl --version", { code: 0, output: "systemd 258 (258)" });
    host.answer("resolvectl dns", { code: 0, output: "Global: 192.0.2.1" });
    expect((await surveyHost(host)).resolved).to.deep.equal({
      version: 258,
      globalServers: ["192.0.2.1"],
      hasLinkServers: false,
    });
  });

  it("D58 does not take one that is there and not asked, or asked and not there", async () => {
    await host.put("/run/systemd/system/x", "");
    await host.put("/etc/resolv.conf", "nameserver 192.0.2.1\n");
    expect((await surveyHost(host)).resolved).to.equal(undefined);
    expect(host.ran).to.deep.equal([]);
    await host.put("/etc/resolv.conf", "nameserver 127.0.0.53\n");
    host.answer("systemctl is-active --quiet systemd-resolved", { code: 3, output: "" });
    expect((await surveyHost(host)).resolved).to.equal(undefined);
  });

  const dnsmasq = async (pid: number, ...argv: readonly string[]): Promise<void> =>
    await host.put(`/proc/${pid}/cmdline`, argv.map((each) => `${each}\0`).join(""));

  it("D58 finds the dnsmasq that resolv.conf leads to, not that of virtual machines", async () => {
    await host.put("/etc/resolv.conf", "nameserver 127.0.0.1\n");
    await host.put("/var/lib/libvirt/default.conf", "listen-address=192.168.122.1\nconf-dir=/nowhere\n");
    await dnsmasq(7, "/usr/sbin/dnsmasq", "--conf-file=/var/lib/libvirt/default.conf");
    await host.put("/etc/dnsmasq.conf", "conf-dir=/etc/dnsmasq.d/,*.conf\n");
    await dnsmasq(8, "/usr/bin/dnsmasq", "-k");
    expect((await surveyHost(host)).dnsmasq).to.deep.equal({ confDir: "/etc/dnsmasq.d", of: "itself" });
  });

  it("D58 tells NetworkManager's apart", async () => {
    await host.put("/etc/resolv.conf", "nameserver 127.0.0.1\n");
    const dir = "/etc/NetworkManager/dnsmasq.d";
    await dnsmasq(9, "dnsmasq", "--listen-address=127.0.0.1", "--conf-file=/dev/null", `--conf-dir=${dir}`);
    expect((await surveyHost(host)).dnsmasq).to.deep.equal({ confDir: dir, of: "NetworkManager" });
  });

  it("D58 does not take one that reads no directory, or that the host does not ask", async () => {
    await host.put("/etc/resolv.conf", "nameserver 127.0.0.1\n");
    await dnsmasq(8, "dnsmasq", "-k");
    expect((await surveyHost(host)).dnsmasq).to.equal(undefined);
    await dnsmasq(8, "dnsmasq", "--conf-dir=/etc/dnsmasq.d");
    expect((await surveyHost(host)).dnsmasq?.confDir).to.equal("/etc/dnsmasq.d");
    await host.put("/etc/resolv.conf", "nameserver 192.0.2.1\n");
    expect((await surveyHost(host)).dnsmasq).to.equal(undefined);
  });

  it("D58 manages where there is nothing at all", async () => {
    expect(await surveyHost(host)).to.deep.equal({
      platform: "linux",
      nameservers: [],
      hostsLine: [],
      resolved: undefined,
      dnsmasq: undefined,
      init: "none",
    });
  });
});
