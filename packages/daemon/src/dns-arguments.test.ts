import { expect } from "chai";
import { certificateHosts, dnsArguments } from "./dns-arguments.ts";
import { readDnsSettings } from "./dns-settings.ts";
import type { Raw } from "./setting-values.ts";

const circumstances = { podDnsAddress: undefined, ownRanges: ["10.244.0.0/16"], issued: undefined };

function argumentsFor(dnsFlags: Raw, inFile: Raw = {}, more: object = {}): readonly string[] {
  const settings = { dns: readDnsSettings({ ...inFile, ...dnsFlags }), dnsFlags, configFile: undefined };
  return dnsArguments(settings, { ...circumstances, ...more });
}

describe("dnsArguments", () => {
  it("says where to answer, which ranges are pods' and services', and no default that may change", () => {
    expect(argumentsFor({}, {}, { podDnsAddress: "10.96.0.10" })).to.deep.equal([
      "--dns-listen=127.0.0.1:10053",
      "--dns-listen=10.96.0.10:53",
      "--dns-workers=0",
      "--dns-lameduck=0",
      "--own-range=10.244.0.0/16",
      "--report-lease",
    ]);
  });

  it("D53 passes the user's flags and the config file on, so that the process can follow the file", () => {
    const dnsFlags: Raw = { "cluster-domain": ["a.example", "b.example"], "dns-query-log": true };
    const dns = readDnsSettings({ ...dnsFlags, "dns-ttl": "60" });
    const given = dnsArguments({ dns, dnsFlags, configFile: "/etc/ordinal.yaml" }, circumstances);
    expect(given).to.include.members([
      "--config=/etc/ordinal.yaml",
      "--cluster-domain=a.example",
      "--cluster-domain=b.example",
      "--dns-query-log",
    ]);
    expect(given.join(" ")).not.to.contain("dns-ttl");
  });

  it("D53 says what needs a new process even when the file has set it", () => {
    expect(
      argumentsFor({}, { "dns-listen": ["[::1]:53"], "dns-http-listen": "none", "dns-workers": "2" }),
    ).to.include.members(["--dns-listen=[::1]:53", "--dns-http-listen=none", "--dns-workers=2"]);
  });

  it("D54 names the certificate that was issued, or the user's own, and neither without TLS", () => {
    const issued = { certificate: "/pki/dns.crt", key: "/pki/dns.key" };
    const own: Raw = { "dns-tls-cert": "/own.crt", "dns-tls-key": "/own.key" };
    expect(argumentsFor({ "dns-tls-listen": "127.0.0.1:853" }, {}, { issued })).to.include.members([
      "--dns-tls-listen=127.0.0.1:853",
      "--dns-tls-cert=/pki/dns.crt",
      "--dns-tls-key=/pki/dns.key",
    ]);
    expect(argumentsFor({ ...own, "dns-https-listen": "127.0.0.1:443" })).to.include("--dns-tls-key=/own.key");
    expect(argumentsFor(own).join(" ")).not.to.contain("own.key");
  });
});

describe("certificateHosts", () => {
  it("D54 are the addresses, localhost, and the name server's name in every zone", () => {
    const settings = readDnsSettings({ "dns-tls-listen": "0.0.0.0:853", "cluster-domain": ["a.example", "b.example"] });
    expect(certificateHosts(settings)).to.deep.equal([
      "127.0.0.1",
      "::1",
      "localhost",
      "ns.dns.a.example",
      "ns.dns.b.example",
    ]);
  });
});
