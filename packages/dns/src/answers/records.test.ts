import { expect } from "chai";
import type { Outside } from "./outside.ts";
import { encodeRecord } from "../wire/record.ts";
import { ask, defaults, serve, show } from "./serving.fixture.ts";
import type { ServingSettings } from "./serving.ts";

const web = "nginx.default.svc";
const facts: readonly string[] = [
  "default.svc",
  "pod",
  `${web} A 10.244.0.5`,
  `${web} A 10.244.0.6`,
  `web-0.${web} A 10.244.0.5`,
  `web-0.${web} AAAA fd00::5`,
  `web-1.${web} A 10.244.0.6`,
  `_web._tcp.${web} SRV 80 web-0.${web}`,
  `_web._tcp.${web} SRV 80 web-1.${web}`,
  `${web} SRV 80 web-0.${web}`,
  "vip.default.svc A 10.96.0.7",
  "vip.default.svc AAAA fd00:96::7",
  "_dns._udp.vip.default.svc SRV 53 vip.default.svc",
  "reverse: 7.0.96.10.in-addr.arpa PTR vip.default.svc",
  `reverse: 5.0.244.10.in-addr.arpa PTR web-0.${web}`,
  "reverse: 5.0.244.10.in-addr.arpa PTR x.other.default.svc",
  "reverse: 1.1.1.1.in-addr.arpa PTR far.default.svc",
  "in.default.svc CNAME vip.default.svc.cluster.local.",
  "chain.default.svc CNAME in.default.svc.cluster.local.",
  "to-ports.default.svc CNAME _web._tcp.nginx.default.svc.cluster.local.",
  "gone.default.svc CNAME nobody.default.svc.cluster.local.",
  "out.default.svc CNAME www.example.com.",
  "a.default.svc CNAME b.default.svc.cluster.local.",
  "b.default.svc CNAME a.default.svc.cluster.local.",
  ...Array.from({ length: 12 }, (_, index) => `c${index}.default.svc CNAME c${index + 1}.default.svc.cluster.local.`),
  "10-244-0-5.default.pod A 10.244.0.5",
  "external: vip.default A 192.0.2.7",
];
const soaOf = (zone: string): string => `${zone}. 5 SOA ns.dns.cluster.local. hostmaster.${zone}. 0 7200 1800 86400 5`;
const soa = soaOf("cluster.local");
const local = (name: string): string => `${name}.cluster.local`;

describe("the kinds of records", () => {
  const cases: readonly (readonly [title: string, name: string, type: string, expected: string])[] = [
    ["D2 AAAA", local("vip.default.svc"), "AAAA", `NOERROR aa ${local("vip.default.svc")}. 5 AAAA fd00:96:0:0:0:0:0:7`],
    [
      "D12 SRV of a service with an address, that in the additional section",
      local("_dns._udp.vip.default.svc"),
      "SRV",
      `NOERROR aa ${local("_dns._udp.vip.default.svc")}. 5 SRV 0 100 53 ${local("vip.default.svc")}. + ` +
        `${local("vip.default.svc")}. 5 A 10.96.0.7 ${local("vip.default.svc")}. 5 AAAA fd00:96:0:0:0:0:0:7`,
    ],
    [
      "D13 SRV of a headless service, one per endpoint, sharing the weight",
      local(`_web._tcp.${web}`),
      "SRV",
      `NOERROR aa ${local(`_web._tcp.${web}`)}. 5 SRV 0 50 80 ${local(`web-0.${web}`)}. ` +
        `${local(`_web._tcp.${web}`)}. 5 SRV 0 50 80 ${local(`web-1.${web}`)}. + ` +
        `${local(`web-0.${web}`)}. 5 A 10.244.0.5 ${local(`web-0.${web}`)}. 5 AAAA fd00:0:0:0:0:0:0:5 ` +
        `${local(`web-1.${web}`)}. 5 A 10.244.0.6`,
    ],
    [
      "D15 SRV at the bare name",
      local(web),
      "SRV",
      `NOERROR aa ${local(web)}. 5 SRV 0 100 80 ${local(`web-0.${web}`)}. + ` +
        `${local(`web-0.${web}`)}. 5 A 10.244.0.5 ${local(`web-0.${web}`)}. 5 AAAA fd00:0:0:0:0:0:0:5`,
    ],
    ["D16 a port nobody has", local(`_nope._tcp.${web}`), "SRV", `NXDOMAIN aa | ${soa}`],
    ["D24 the protocol of a port", local(`_tcp.${web}`), "SRV", `NOERROR aa | ${soa}`],
    [
      "D17 PTR of a service's address",
      "7.0.96.10.in-addr.arpa",
      "PTR",
      `NOERROR aa 7.0.96.10.in-addr.arpa. 5 PTR ${local("vip.default.svc")}.`,
    ],
    [
      "D18 PTR of an endpoint in two services",
      "5.0.244.10.in-addr.arpa",
      "PTR",
      `NOERROR aa 5.0.244.10.in-addr.arpa. 5 PTR ${local(`web-0.${web}`)}. ` +
        `5.0.244.10.in-addr.arpa. 5 PTR ${local("x.other.default.svc")}.`,
    ],
    [
      "D19 PTR of nobody in our ranges",
      "9.0.96.10.in-addr.arpa",
      "PTR",
      `NXDOMAIN aa | ${soaOf("96.10.in-addr.arpa")}`,
    ],
    [
      "D19 a reverse name with names below it",
      "0.96.10.in-addr.arpa",
      "PTR",
      `NOERROR aa | ${soaOf("96.10.in-addr.arpa")}`,
    ],
    ["D28 the SOA of a reverse zone", "96.10.in-addr.arpa", "SOA", `NOERROR aa ${soaOf("96.10.in-addr.arpa")}`],
    [
      "D29 the name server of a reverse zone",
      "96.10.in-addr.arpa",
      "NS",
      `NOERROR aa 96.10.in-addr.arpa. 5 NS ns.dns.cluster.local. + ns.dns.cluster.local. 5 A 10.96.0.10`,
    ],
    [
      "D19 PTR of an endpoint outside our ranges",
      "1.1.1.1.in-addr.arpa",
      "PTR",
      `NOERROR aa 1.1.1.1.in-addr.arpa. 5 PTR ${local("far.default.svc")}.`,
    ],
    ["D19 PTR of nobody outside our ranges", "2.1.1.1.in-addr.arpa", "PTR", "REFUSED"],
    ["D19 the top of all reverse names", "in-addr.arpa", "SOA", "REFUSED"],
    ["D19 a name above one outside our ranges", "1.1.1.in-addr.arpa", "PTR", "REFUSED"],
    [
      "D21 CNAME asked for",
      local("in.default.svc"),
      "CNAME",
      `NOERROR aa ${local("in.default.svc")}. 5 CNAME ${local("vip.default.svc")}.`,
    ],
    [
      "D21 an address behind a CNAME",
      local("in.default.svc"),
      "A",
      `NOERROR aa ${local("in.default.svc")}. 5 CNAME ${local("vip.default.svc")}. ${local("vip.default.svc")}. 5 A 10.96.0.7`,
    ],
    ["D21 a name below a CNAME", local("x.in.default.svc"), "A", `NXDOMAIN aa | ${soa}`],
    [
      "D22 a chain of CNAMEs, these first",
      local("chain.default.svc"),
      "AAAA",
      `NOERROR aa ${local("chain.default.svc")}. 5 CNAME ${local("in.default.svc")}. ` +
        `${local("in.default.svc")}. 5 CNAME ${local("vip.default.svc")}. ` +
        `${local("vip.default.svc")}. 5 AAAA fd00:96:0:0:0:0:0:7`,
    ],
    [
      "D22 a CNAME to a name of ours that is not there",
      local("gone.default.svc"),
      "A",
      `NXDOMAIN aa ${local("gone.default.svc")}. 5 CNAME ${local("nobody.default.svc")}. | ${soa}`,
    ],
    [
      "D22 a loop",
      local("a.default.svc"),
      "A",
      `NOERROR aa ${local("a.default.svc")}. 5 CNAME ${local("b.default.svc")}. ${local("b.default.svc")}. 5 CNAME ${local("a.default.svc")}.`,
    ],
    [
      "D22 a CNAME to ports, with their weights",
      local("to-ports.default.svc"),
      "SRV",
      `NOERROR aa ${local("to-ports.default.svc")}. 5 CNAME ${local("_web._tcp.nginx.default.svc")}. ` +
        ["web-0", "web-1"]
          .map(
            (host) => `${local("_web._tcp.nginx.default.svc")}. 5 SRV 0 50 80 ${local(`${host}.nginx.default.svc`)}.`,
          )
          .join(" "),
    ],
    [
      "D21 a CNAME to a name outside, with nobody to ask about it",
      local("out.default.svc"),
      "A",
      `NOERROR aa ${local("out.default.svc")}. 5 CNAME www.example.com.`,
    ],
    [
      "D31 the version of the specification",
      local("dns-version"),
      "TXT",
      `NOERROR aa ${local("dns-version")}. 28800 TXT "1.1.0"`,
    ],
    [
      "D20 a pod's dashed address",
      local("10-244-0-5.default.pod"),
      "A",
      `NOERROR aa ${local("10-244-0-5.default.pod")}. 5 A 10.244.0.5`,
    ],
    ["D20 an address no pod has", local("10-244-0-9.default.pod"), "A", `NXDOMAIN aa | ${soa}`],
  ];
  const { respond } = serve(facts, { reverseRanges: ["10.96.0.0/16"] });
  for (const [title, name, type, expected] of cases) {
    it(`${title}: ${name} ${type}`, async () =>
      expect(show(await ask(respond, `${name} ${type}`, { edns: {} }))).to.equal(expected));
  }

  it("D22 follows ten CNAMEs and no more", async () => {
    const { answer } = await ask(respond, `${local("c0.default.svc")} A`, { over: "tcp" });
    expect(answer).to.have.length(10);
    expect(answer.every((record) => record.includes(" CNAME "))).to.equal(true);
  });

  it("D57 a zone for names seen from outside", async () => {
    const server = serve(facts, { externalZones: ["apps.example"] });
    const name = "vip.default.apps.example";
    expect(show(await ask(server.respond, `${name} A`))).to.equal(`NOERROR aa ${name}. 5 A 192.0.2.7`);
    expect((await ask(server.respond, "x.default.apps.example A")).rcode).to.equal("NXDOMAIN");
  });
});

describe("SRV", () => {
  it("D13 follows its targets: a change shows in the additional section at once", async () => {
    const server = serve(facts);
    const additional = async (): Promise<readonly string[]> =>
      (await ask(server.respond, `${local(`_web._tcp.${web}`)} SRV`)).additional;
    expect(await additional()).to.have.length(3);
    const [before, after] = ["10.244.0.6", "10.244.0.9"].map((data) => ({
      name: `web-1.${web}`,
      record: { type: "A" as const, data },
    }));
    if (before === undefined || after === undefined) throw new Error("no facts");
    server.apply([before], [after]);
    expect((await additional()).at(-1)).to.equal(`${local(`web-1.${web}`)}. 5 A 10.244.0.9`);
  });

  it("D13 weighs 100 shared by all, and never less than 1", async () => {
    for (const [count, weight] of [
      [3, 33],
      [100, 1],
      [150, 1],
    ]) {
      const many = Array.from({ length: count ?? 0 }, (_, index) => `_web._tcp.${web} SRV 80 web-${index}.${web}`);
      const { answer } = await ask(serve(many).respond, `${local(`_web._tcp.${web}`)} SRV`, { over: "tcp" });
      expect(answer).to.have.length(count ?? 0);
      expect(new Set(answer.map((line) => line.split(" ")[4]))).to.deep.equal(new Set([String(weight)]));
    }
  });

  it("D34 is cut with TC, and what is additional is left out without", async () => {
    const facts60 = Array.from({ length: 60 }, (_, index) => [
      `_web._tcp.${web} SRV 80 web-${index}.${web}`,
      `web-${index}.${web} A 10.244.0.${index}`,
    ]).flat();
    const cut = await ask(serve(facts60).respond, `${local(`_web._tcp.${web}`)} SRV`, { edns: {} });
    expect(cut.flags).to.equal("qr aa tc rd");
    expect(cut.additional).to.deep.equal([]);
    const whole = await ask(serve(facts60).respond, `${local(`_web._tcp.${web}`)} SRV`, { over: "tcp" });
    expect([whole.answer.length, whole.additional.length]).to.deep.equal([60, 60]);
    const tight = await ask(serve(facts60.slice(0, 14)).respond, `${local(`_web._tcp.${web}`)} SRV`);
    expect(tight.flags).to.equal("qr aa rd");
    expect(tight.additional.length).to.be.below(8);
  });

  it("D32 gives the asker's spelling back, in the names of the additional section too", async () => {
    const { answer, additional } = await ask(serve(facts).respond, `${local(`_WEB._tcp.${web}`).toUpperCase()} SRV`);
    expect(answer[0]).to.match(/^_WEB\._TCP\.NGINX/);
    expect(additional[0]).to.equal("web-0.NGINX.DEFAULT.SVC.CLUSTER.LOCAL. 5 A 10.244.0.5");
  });

  it("completes targets with the zone that was asked, PTR with the first", async () => {
    const zones = ["cluster.local", "cluster.internal"];
    const { respond } = serve(facts, { zones });
    expect((await ask(respond, `_web._tcp.${web}.cluster.internal SRV`)).answer[0]).to.match(
      /svc\.cluster\.internal\.$/,
    );
    expect((await ask(respond, "7.0.96.10.in-addr.arpa PTR")).answer[0]).to.match(/svc\.cluster\.local\.$/);
  });
});

describe("D20 names of pods that spell their address", () => {
  const name = local("172-16-0-9.default.pod");
  const of = (settings: Partial<ServingSettings>): ReturnType<typeof serve>["respond"] =>
    serve(facts, settings).respond;

  it("insecure: any address, in a namespace that exists", async () => {
    const respond = of({ podNames: "insecure" });
    expect(show(await ask(respond, `${name} A`))).to.equal(`NOERROR aa ${name}. 5 A 172.16.0.9`);
    expect(show(await ask(respond, `${name} AAAA`))).to.equal(`NOERROR aa | ${soa}`);
    const six = local("fd00--9.DEFAULT.pod");
    expect(show(await ask(respond, `${six} AAAA`))).to.equal(`NOERROR aa ${six}. 5 AAAA fd00:0:0:0:0:0:0:9`);
    for (const unknown of [
      "172-16-0-9.nowhere.pod",
      "172-16-0.default.pod",
      "172-16-0-999.default.pod",
      "x.172-16-0-9.default.pod",
    ]) {
      expect((await ask(respond, `${local(unknown)} A`)).rcode, unknown).to.equal("NXDOMAIN");
    }
  });

  it("verified: only where there is such a pod", async () => {
    expect((await ask(of({ podNames: "verified" }), `${name} A`)).rcode).to.equal("NXDOMAIN");
  });
});

describe("class CH", () => {
  const { respond } = serve([]);
  const cases: readonly (readonly [name: string, type: string, expected: string])[] = [
    ["version.bind", "TXT", 'NOERROR aa version.bind. 0 TXT "Ordinal 1.2.3"'],
    ["VERSION.SERVER", "TXT", 'NOERROR aa VERSION.SERVER. 0 TXT "Ordinal 1.2.3"'],
    ["hostname.bind", "TXT", 'NOERROR aa hostname.bind. 0 TXT "laptop"'],
    ["id.server", "TXT", 'NOERROR aa id.server. 0 TXT "laptop"'],
    ["version.bind", "A", "REFUSED"],
    ["authors.bind", "TXT", "REFUSED"],
  ];
  for (const [name, type, expected] of cases) {
    it(`D45 ${name} ${type}`, async () =>
      expect(show(await ask(respond, `${name} ${type}`, { class: 3 }))).to.equal(expected));
  }
});

describe("with somebody to ask about names outside", () => {
  const outside: Outside = {
    ask: (query) =>
      Promise.resolve(Buffer.concat([query.subarray(0, 2), Buffer.from([0x81, 0x80]), query.subarray(4)])),
    resolve(name, type) {
      const data = "\x01\x02\x03\x04";
      const records = type === 1 ? [encodeRecord(`${name}\0`, { type, ttlSeconds: 60, data })] : [];
      return Promise.resolve({ rcode: 0, records });
    },
  };
  const { respond } = serve(facts, { reverseRanges: ["10.96.0.0/16"] }, { outside });

  it("D38 hands on what is in no zone of ours, and tells by RA that it does", async () => {
    expect((await ask(respond, "example.com A")).flags).to.equal("qr rd ra");
    expect((await ask(respond, `${local("vip.default.svc")} A`)).flags).to.equal("qr aa rd ra");
  });

  it("D19 hands on reverse names that are not in our ranges, and no others", async () => {
    expect((await ask(respond, "2.1.1.1.in-addr.arpa PTR")).flags).to.equal("qr rd ra");
    expect((await ask(respond, "9.0.96.10.in-addr.arpa PTR")).rcode).to.equal("NXDOMAIN");
    expect((await ask(respond, "7.0.96.10.in-addr.arpa PTR")).flags).to.equal("qr aa rd ra");
  });

  it("D21 adds the addresses of an alias' target outside", async () => {
    expect(show(await ask(respond, `${local("out.default.svc")} A`))).to.equal(
      `NOERROR aa ra ${local("out.default.svc")}. 5 CNAME www.example.com. www.example.com. 60 A 1.2.3.4`,
    );
    expect((await ask(respond, `${local("out.default.svc")} TXT`)).answer).to.have.length(1);
  });
});

describe("a name without its zone", () => {
  const { respond } = serve([
    ...facts,
    "pods: 10-244-0-9 TXT default",
    "pods: fd00--9 TXT team",
    "vip.team.svc A 10.96.0.9",
  ]);
  const from = { address: "10.244.0.9" };

  it("D48 is found for a pod, as its search list would have it", async () => {
    for (const name of [`web-0.nginx`, "web-0.nginx.default", `web-0.${web}`, "WEB-0.nginx"]) {
      expect(show(await ask(respond, `${name} A`, from))).to.equal(`NOERROR aa ${name}. 5 A 10.244.0.5`);
    }
    expect((await ask(respond, "vip A", { address: "fd00::9" })).answer).to.deep.equal(["vip. 5 A 10.96.0.9"]);
    expect(show(await ask(respond, "web-1.nginx AAAA", from))).to.equal("NOERROR aa");
  });

  it("D48 D21 is followed where it is an alias", async () => {
    expect(show(await ask(respond, "in A", from))).to.equal(
      `NOERROR aa in. 5 CNAME ${local("vip.default.svc")}. ${local("vip.default.svc")}. 5 A 10.96.0.7`,
    );
    expect(show(await ask(respond, "out.default AAAA", from))).to.equal(
      "NOERROR aa out.default. 5 CNAME www.example.com.",
    );
    expect(show(await ask(respond, "gone.default A", from))).to.equal(
      `NXDOMAIN aa gone.default. 5 CNAME ${local("nobody.default.svc")}. | ${soa}`,
    );
  });

  it("D48 is nobody's for others, and where there is no such name", async () => {
    expect((await ask(respond, "web-0.nginx A", { address: "127.0.0.1" })).rcode).to.equal("REFUSED");
    expect((await ask(respond, "web-7.nginx A", from)).rcode).to.equal("REFUSED");
    expect((await ask(respond, "default A", from)).rcode).to.equal("REFUSED");
    expect((await ask(respond, ". A", from)).rcode).to.equal("REFUSED");
  });
});

describe("lifetimes", () => {
  for (const ttlSeconds of [0, 5, 3600]) {
    it(`D26 D27 records and misses may be remembered for ${ttlSeconds} s, as set`, async () => {
      const { respond } = serve(facts, { ttlSeconds });
      expect((await ask(respond, `${local("vip.default.svc")} A`)).answer[0]).to.contain(`. ${ttlSeconds} A `);
      expect((await ask(respond, `${local("nope.default.svc")} A`)).authority[0]).to.match(
        new RegExp(`^cluster\\.local\\. ${ttlSeconds} SOA .* ${ttlSeconds}$`),
      );
      expect((await ask(respond, `${local("dns-version")} TXT`)).answer[0]).to.contain(". 28800 TXT ");
    });
  }
});

describe("other settings", () => {
  it("D53 take effect between two queries, with the data as it was", async () => {
    const server = serve(facts);
    expect((await ask(server.respond, "vip.default.svc.cluster.internal A")).rcode).to.equal("REFUSED");
    expect((await ask(server.respond, `${local("vip.default.svc")} A`)).answer[0]).to.contain(" 5 A ");
    server.moveSerial(20);
    const settings = { ...defaults, zones: ["cluster.internal"], ttlSeconds: 30, podNames: "disabled" as const };
    server.configure(settings, { isSynced: () => true });
    const name = "vip.default.svc.cluster.internal";
    expect(show(await ask(server.respond, `${name} A`))).to.equal(`NOERROR aa ${name}. 30 A 10.96.0.7`);
    expect((await ask(server.respond, `${local("vip.default.svc")} A`)).rcode).to.equal("REFUSED");
    expect((await ask(server.respond, "cluster.internal SOA")).answer[0]).to.contain(" 21 7200 1800 86400 30");
  });

  it("D53 that cannot be are refused, and the old ones stay", async () => {
    const server = serve(facts);
    expect(() => server.configure({ ...defaults, zones: ["a..b"] }, { isSynced: () => true })).to.throw(
      'zone "a..b" is not a domain name',
    );
    expect(() => server.configure({ ...defaults, reverseRanges: ["10.0.0.0"] }, { isSynced: () => true })).to.throw(
      '"10.0.0.0" is not a range of addresses such as 10.244.0.0/16',
    );
    expect((await ask(server.respond, `${local("vip.default.svc")} A`)).rcode).to.equal("NOERROR");
  });
});
