import { expect } from "chai";
import { readDnsSettings } from "./dns-settings.ts";
import type { Raw } from "./setting-values.ts";
import { UsageError } from "./usage-error.ts";

describe("readDnsSettings", () => {
  it("has the documented defaults", () => {
    expect(readDnsSettings({})).to.deep.equal({
      listen: [{ host: "127.0.0.1", port: 10053 }],
      zones: ["cluster.local"],
      ttlSeconds: 5,
      podNames: "verified",
      reverseRanges: [],
      externalZones: [],
      upstreams: "host",
      transferTo: [],
      tlsListen: undefined,
      httpsListen: undefined,
      tlsFiles: undefined,
      httpListen: { host: "127.0.0.1", port: 9153, isDefault: true },
      queryLog: false,
      workers: 0,
      lameduckSeconds: 0,
    });
  });

  const good: readonly (readonly [title: string, raw: Raw, expected: object])[] = [
    ["IPv6 addresses", { "dns-listen": ["[::1]:53"] }, { listen: [{ host: "::1", port: 53 }] }],
    ["a zone only once", { "cluster-domain": ["a.example", "A.example."] }, { zones: ["a.example"] }],
    ["upstreams without a port", { "dns-upstream": ["192.0.2.1"] }, { upstreams: [{ host: "192.0.2.1", port: 53 }] }],
    [
      "upstreams with a port",
      { "dns-upstream": ["192.0.2.1:5353", "fd00::1", "[fd00::1]:54"] },
      {
        upstreams: [
          { host: "192.0.2.1", port: 5353 },
          { host: "fd00::1", port: 53 },
          { host: "fd00::1", port: 54 },
        ],
      },
    ],
    ["no upstream", { "dns-upstream": "none" }, { upstreams: [] }],
    [
      "ranges of both families",
      { "dns-reverse": ["10.0.0.0/8", "FD00::/8"] },
      { reverseRanges: ["10.0.0.0/8", "fd00::/8"] },
    ],
    [
      "who may copy the zones",
      { "dns-transfer-to": ["127.0.0.1", "::1/128"] },
      { transferTo: ["127.0.0.1", "::1/128"] },
    ],
    ["no metrics", { "dns-http-listen": "none" }, { httpListen: undefined }],
    [
      "an address for metrics, insisting on it",
      { "dns-http-listen": "127.0.0.1:9153" },
      { httpListen: { host: "127.0.0.1", port: 9153, isDefault: false } },
    ],
    [
      "a certificate",
      { "dns-tls-cert": "/a/dns.crt", "dns-tls-key": "/a/dns.key" },
      { tlsFiles: { certificate: "/a/dns.crt", key: "/a/dns.key" } },
    ],
    ["a switch", { "dns-query-log": true }, { queryLog: true }],
  ];
  for (const [title, raw, expected] of good) {
    it(`reads ${title}`, () => expect(readDnsSettings(raw)).to.deep.include(expected));
  }

  const wrong: readonly (readonly [raw: Raw, message: RegExp])[] = [
    [{ "dns-listen": ["localhost:53"] }, /--dns-listen localhost:53: must be an address and a port, such as/],
    [{ "dns-listen": ["300.0.0.1:53"] }, /--dns-listen 300/],
    [{ "dns-listen": [] }, /--dns-listen needs at least one address/],
    [{ "cluster-domain": [] }, /--cluster-domain needs at least one name/],
    [{ "cluster-domain": [`${"a".repeat(64)}.local`] }, /--cluster-domain a+\.local: must be a domain name/],
    [{ "dns-ttl": "3601" }, /--dns-ttl 3601: must be a number of seconds from 0 to 3600/],
    [{ "dns-ttl": "5s" }, /--dns-ttl 5s/],
    [{ "dns-upstream": ["none", "192.0.2.1"] }, /--dns-upstream none: cannot stand beside addresses/],
    [{ "dns-upstream": ["dns.example"] }, /--dns-upstream dns\.example: must be an address such as/],
    [{ "dns-upstream": ["192.0.2.1:0"] }, /--dns-upstream/],
    [{ "dns-pod-names": "maybe" }, /--dns-pod-names maybe: must be one of disabled, insecure, verified/],
    [{ "dns-reverse": ["10.0.0.0"] }, /--dns-reverse 10\.0\.0\.0: must be a range of addresses/],
    [{ "dns-reverse": ["10.0.0.0/33"] }, /--dns-reverse/],
    [{ "dns-external-zone": ["cluster.local"] }, /--dns-external-zone cluster\.local: is a --cluster-domain already/],
    [{ "dns-transfer-to": ["everybody"] }, /--dns-transfer-to everybody: must be an address or a range/],
    [{ "dns-tls-cert": "a.crt" }, /--dns-tls-key FILE is needed with --dns-tls-cert/],
    [{ "dns-tls-key": "a.key" }, /--dns-tls-cert FILE is needed with --dns-tls-key/],
    [{ "dns-http-listen": "9153" }, /--dns-http-listen 9153: must be an address and a port/],
    [{ "dns-query-log": "often" }, /--dns-query-log often: must be true or false/],
    [{ "dns-workers": "many" }, /--dns-workers many: must be a number of threads from 0 to 64/],
    [{ "dns-lameduck": "301" }, /--dns-lameduck 301/],
    [{ "dns-ttl": ["1", "2"] }, /--dns-ttl takes one value/],
  ];
  for (const [raw, message] of wrong) {
    it(`refuses ${JSON.stringify(raw).slice(0, 60)}`, () => {
      expect(() => readDnsSettings(raw)).to.throw(UsageError, message);
    });
  }
});
