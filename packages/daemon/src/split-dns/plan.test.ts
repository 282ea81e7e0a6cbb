import { expect } from "chai";
import type { ByHand } from "./by-hand.ts";
import { planSplitDns } from "./plan.ts";
import { aTarget } from "./scratch-host.fixture.ts";
import type { SplitDnsPlan } from "./split-dns-plan.ts";
import type { Survey } from "./survey.ts";
import type { SplitDnsTarget } from "./target.ts";

const bare: Survey = {
  platform: "linux",
  nameservers: ["192.0.2.1"],
  hostsLine: ["files", "dns"],
  resolved: undefined,
  dnsmasq: undefined,
  init: "systemd",
};
const stub = { nameservers: ["127.0.0.53"] };
const resolved = { version: 255, globalServers: [], hasLinkServers: true };
const mark = '# Written by "ordinal dns install"; "ordinal dns uninstall" removes it.\n';

function planned(survey: Partial<Survey>, target: Partial<SplitDnsTarget> = {}): SplitDnsPlan {
  const plan = planSplitDns({ ...bare, ...survey }, aTarget(target));
  if (plan.is === "by hand") throw new Error(plan.why);
  return plan;
}

function byHand(survey: Partial<Survey>, target: Partial<SplitDnsTarget> = {}): ByHand {
  const plan = planSplitDns({ ...bare, ...survey }, aTarget(target));
  if (plan.is === "plan") throw new Error(`planned ${plan.files.map(({ path }) => path).join()}`);
  return plan;
}

describe("planSplitDns with systemd-resolved", () => {
  it("D58 writes a delegate from 258 on, which asks us for our zones and nothing else", () => {
    const { files, commands, notes } = planned({ ...stub, resolved: { ...resolved, version: 258 } });
    expect(files).to.deep.equal([
      {
        path: "/etc/systemd/dns-delegate.d/ordinal.dns-delegate",
        mode: 0o644,
        text: `${mark}[Delegate]\nDNS=127.0.0.1:10053\nDomains=~cluster.local ~244.10.in-addr.arpa ~96.10.in-addr.arpa\nDefaultRoute=no\n`,
      },
    ]);
    expect(commands.map(({ argv }) => argv.join(" "))).to.deep.equal(["systemctl restart systemd-resolved"]);
    expect(notes).to.deep.equal([]);
  });

  it("D58 writes a global server from 246 to 257, and says that it is asked for other names too", () => {
    const { files, notes } = planned(
      { ...stub, resolved },
      {
        servers: [{ host: "::1", port: 53 }],
        zones: ["cluster.local", "cluster.internal"],
        externalZones: ["ext.example"],
      },
    );
    expect(files.map(({ path }) => path)).to.deep.equal(["/etc/systemd/resolved.conf.d/ordinal.conf"]);
    expect(files[0]?.text).to.equal(
      `${mark}[Resolve]\nDNS=[::1]:53\nDomains=~cluster.local ~cluster.internal ~ext.example ~244.10.in-addr.arpa ~96.10.in-addr.arpa\n`,
    );
    expect(notes.join()).to.contain("asks Ordinal for all other names too");
  });

  it("D58 leaves out the reverse names of loopback addresses, which resolved never asks for", () => {
    const { files, notes } = planned({ ...stub, resolved }, { reverseZones: ["244.127.in-addr.arpa"] });
    expect(files[0]?.text).to.contain("Domains=~cluster.local\n");
    expect(notes.join()).to.contain("127.0.0.0/8");
  });

  const impossible: readonly (readonly [title: string, facts: Partial<typeof resolved>, why: RegExp])[] = [
    ["before 246, because of the port", { version: 245 }, /systemd-resolved 245 can ask servers at port 53 only/],
    ["of an unknown version", { version: 0 }, /of an unknown version/],
    ["with global servers", { globalServers: ["9.9.9.9" as never] }, /servers for all names already \(9\.9\.9\.9\)/],
    ["without servers of links", { hasLinkServers: false }, /asked for every name/],
  ];
  for (const [title, facts, why] of impossible) {
    it(`D58 changes nothing ${title}`, () =>
      expect(byHand({ ...stub, resolved: { ...resolved, ...facts } }).why).to.match(why));
  }

  it("D58 writes before 246 for a server at port 53", () => {
    const old = { ...resolved, version: 245 };
    expect(planned({ ...stub, resolved: old }, { servers: [{ host: "127.0.0.153", port: 53 }] }).files).to.have.length(
      1,
    );
  });
});

describe("planSplitDns with dnsmasq", () => {
  const lines = [
    "server=/cluster.local/127.0.0.1#10053",
    "server=/244.10.in-addr.arpa/127.0.0.1#10053",
    "server=/96.10.in-addr.arpa/127.0.0.1#10053",
    "rebind-domain-ok=/cluster.local/",
  ];
  const itself = { confDir: "/etc/dnsmasq.d", of: "itself" } as const;

  it("D58 writes into its directory and restarts it", () => {
    const { files, commands, undoCommands } = planned({ nameservers: ["127.0.0.1"], dnsmasq: itself });
    expect(files).to.deep.equal([
      { path: "/etc/dnsmasq.d/ordinal.conf", mode: 0o644, text: `${mark}${lines.join("\n")}\n` },
    ]);
    expect(commands.map(({ argv }) => argv.join(" "))).to.deep.equal(["systemctl restart dnsmasq"]);
    expect(undoCommands).to.deep.equal(commands);
  });

  it("D58 writes for NetworkManager's, which starts it again itself", () => {
    const dnsmasq = { confDir: "/etc/NetworkManager/dnsmasq.d", of: "NetworkManager" } as const;
    const { files, commands } = planned({ nameservers: ["127.0.0.1"], dnsmasq });
    expect(files[0]?.path).to.equal("/etc/NetworkManager/dnsmasq.d/ordinal.conf");
    expect(commands.map(({ argv }) => argv.join(" "))).to.deep.equal(["nmcli general reload dns-full"]);
  });

  it("D58 asks the user to restart it where nothing starts services", () => {
    const { commands, notes } = planned({ nameservers: ["127.0.0.1"], dnsmasq: itself, init: "none" });
    expect(commands).to.deep.equal([]);
    expect(notes.join()).to.contain("restart dnsmasq yourself");
    const { commands: others } = planned({ nameservers: ["127.0.0.1"], dnsmasq: itself, init: "openrc" });
    expect(others.map(({ argv }) => argv.join(" "))).to.deep.equal(["rc-service dnsmasq restart"]);
  });
});

describe("planSplitDns elsewhere", () => {
  it("D58 writes one file for each zone on macOS", () => {
    const { files } = planned(
      { platform: "macos" },
      { zones: ["cluster.local", "cluster.internal"], reverseZones: [] },
    );
    const text = `${mark}nameserver 127.0.0.1\nport 10053\n`;
    expect(files).to.deep.equal([
      { path: "/etc/resolver/cluster.local", mode: 0o644, text },
      { path: "/etc/resolver/cluster.internal", mode: 0o644, text },
    ]);
  });

  it("D58 says what to do by hand where there is no resolver of the host's own", () => {
    const { why, ways } = byHand({});
    expect(why).to.contain("asks 192.0.2.1 for every name");
    const text = ways.flat().join("\n");
    expect(text).to.contain("server=/cluster.local/127.0.0.1#10053");
    expect(text).to.contain("forward-addr: 127.0.0.1@10053");
    expect(text).to.contain(
      "ordinal start --dns-listen 127.0.0.1:10053 --dns-listen 127.0.0.153:53 --dns-upstream 192.0.2.1",
    );
    expect(text).to.contain("nameserver 127.0.0.153");
    expect(text).to.contain("dig +short @127.0.0.1 -p 10053 web-0.nginx.default.svc.cluster.local");
  });

  it("D58 says so where the host asks nobody", () => {
    expect(byHand({ nameservers: [] }).why).to.contain("names no server");
  });

  const mdns = ["files", "mdns4_minimal", "[NOTFOUND=return]", "dns"];
  it("D58 names multicast DNS in the way of .local, and the second zone that helps", () => {
    const { notes } = planned({ ...stub, resolved: { ...resolved, version: 258 }, hostsLine: mdns });
    expect(notes.join()).to.contain("mdns4_minimal [NOTFOUND=return]");
    expect(notes.join()).to.contain("--cluster-domain cluster.internal");
  });

  for (const [title, hostsLine, zones] of [
    ["comes after DNS", ["files", "dns", "mdns4"], ["cluster.local"]],
    ["passes on what it does not find", ["files", "mdns4_minimal", "dns"], ["cluster.local"]],
    ["has no zone of ours", mdns, ["cluster.internal"]],
  ] as const) {
    it(`D58 says nothing of multicast DNS that ${title}`, () =>
      expect(planned({ ...stub, resolved: { ...resolved, version: 258 }, hostsLine }, { zones }).notes).to.deep.equal(
        [],
      ));
  }
});
