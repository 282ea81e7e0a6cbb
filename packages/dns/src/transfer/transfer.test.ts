import { expect } from "chai";
import { silentLogger } from "@ordinal/runtime";
import { serve } from "../answers/serving.fixture.ts";
import { read } from "../message.fixture.ts";
import { recordsOf, request, serveTransfers, type RequestOptions } from "./transfer.fixture.ts";
import { createTransfer } from "./transfer.ts";

const soa = "cluster.local. 5 SOA ns.dns.cluster.local. hostmaster.cluster.local. 7 7200 1800 86400 5";

describe("createTransfer", () => {
  const refusals: readonly (readonly [title: string, question: string, options: RequestOptions])[] = [
    ["D40 AXFR to a stranger", "cluster.local AXFR", { address: "127.0.0.2" }],
    ["D40 IXFR to a stranger", "cluster.local IXFR", { address: "::1", serial: 1 }],
    ["D40 AXFR over UDP", "cluster.local AXFR", { over: "udp" }],
    ["D40 AXFR over HTTPS", "cluster.local AXFR", { over: "https" }],
    ["D40 AXFR of a name within a zone", "nginx.default.svc.cluster.local AXFR", {}],
    ["D40 AXFR of a zone of somebody else", "example.com AXFR", {}],
    ["D40 AXFR of reverse names that are not ours", "in-addr.arpa AXFR", {}],
    ["D40 AXFR in another class", "cluster.local AXFR", { class: 3 }],
  ];
  for (const [title, question, options] of refusals) {
    it(`${title} is refused`, async () => {
      const [message = Buffer.alloc(0), ...rest] = await request(serveTransfers().respond, question, options);
      expect(rest).to.deep.equal([]);
      expect(read(message)).to.include({ rcode: "REFUSED", id: 0x1234, flags: "qr rd" });
      expect(read(message).answer).to.deep.equal([]);
    });
  }

  it("D40 refuses everybody where nobody is allowed", async () => {
    const [message = Buffer.alloc(0)] = await request(serveTransfers([], { allow: [] }).respond, "cluster.local AXFR");
    expect(read(message).rcode).to.equal("REFUSED");
  });

  it("D40 D47 refuses until the data is whole", async () => {
    const transfer = createTransfer({ allow: ["127.0.0.1"], log: silentLogger });
    const { respond } = serve([], {}, { transfer, isSynced: () => false });
    const [message = Buffer.alloc(0)] = await request(respond, "cluster.local AXFR");
    expect(read(message).rcode).to.equal("REFUSED");
  });

  it("D40 says which text is no address", () => {
    expect(() => createTransfer({ allow: ["127.0.0.1", "nobody"], log: silentLogger })).to.throw('to "nobody": write');
  });

  it("D40 hands out over TLS as over TCP", async () => {
    const { respond } = serveTransfers();
    const [overTcp, overTls] = [
      await request(respond, "cluster.local"),
      await request(respond, "cluster.local", { over: "tls" }),
    ];
    expect(overTls).to.deep.equal(overTcp);
  });

  const versions: readonly (readonly [serial: number, records: "one" | "all"])[] = [
    [7, "one"],
    [8, "one"],
    [6, "all"],
    [0, "all"],
    [0xffff_fff0, "all"],
    [0x7fff_ffff, "one"],
  ];
  for (const [serial, expected] of versions) {
    it(`D40 D42 IXFR from ${serial}, at 7: ${expected === "one" ? "the SOA alone" : "the whole zone"}`, async () => {
      const { respond } = serveTransfers();
      const records = recordsOf(await request(respond, "cluster.local IXFR", { serial }));
      if (expected === "one") expect(records).to.deep.equal([soa]);
      else expect(records).to.deep.equal(recordsOf(await request(respond, "cluster.local AXFR")));
    });
  }

  it("D40 IXFR over UDP says what version there is, whatever the asker has", async () => {
    for (const serial of [1, 7]) {
      const messages = await request(serveTransfers().respond, "cluster.local IXFR", { over: "udp", serial });
      expect(recordsOf(messages)).to.deep.equal([soa]);
      const [message = Buffer.alloc(0)] = messages;
      expect(read(message)).to.include({ rcode: "NOERROR", flags: "qr aa rd", question: "cluster.local. IXFR" });
    }
  });

  it("D40 IXFR that does not say what the asker has is malformed", async () => {
    const [message = Buffer.alloc(0)] = await request(serveTransfers().respond, "cluster.local IXFR");
    expect(read(message).rcode).to.equal("FORMERR");
  });

  it("D40 D33 another version of EDNS is not known here either", async () => {
    const edns = { version: 1 };
    const [message = Buffer.alloc(0)] = await request(serveTransfers().respond, "cluster.local AXFR", { edns });
    expect(read(message).rcode).to.equal("BADVERS");
  });

  it("D40 copies so many zones at once and no more, lets so many wait, and asks the rest to come back", async () => {
    const { respond } = serveTransfers(undefined, { atOnce: 1, maxWaiting: 2 });
    const answers = await Promise.all([1, 2, 3, 4, 5].map((id) => request(respond, "cluster.local AXFR", { id })));
    const seen = answers.map(([message = Buffer.alloc(0)]) => `${read(message).id} ${read(message).rcode}`);
    expect(seen).to.deep.equal(["1 NOERROR", "2 NOERROR", "3 NOERROR", "4 SERVFAIL", "5 SERVFAIL"]);
    const [afterwards = Buffer.alloc(0)] = await request(respond, "cluster.local AXFR", { id: 6 });
    expect(read(afterwards).rcode).to.equal("NOERROR");
  });
});
