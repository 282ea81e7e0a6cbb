import { expect } from "chai";
import { shortAt } from "../wire/bytes.ts";
import { facts, recordsOf, request, serveTransfers } from "./transfer.fixture.ts";
import { read } from "../message.fixture.ts";

const local = "cluster.local.";
const web = `nginx.default.svc.${local}`;
const soa = (zone: string): string => `${zone} 5 SOA ns.dns.cluster.local. hostmaster.${zone} 7 7200 1800 86400 5`;

describe("composeZone", () => {
  it("D40 hands out every record of a cluster's zone between two SOA records", async () => {
    const { respond } = serveTransfers();
    const records = recordsOf(await request(respond, "cluster.local AXFR"));
    expect(records.at(0)).to.equal(soa(local));
    expect(records.at(-1)).to.equal(soa(local));
    expect(records.slice(1, -1).toSorted()).to.deep.equal(
      [
        `${local} 5 NS ns.dns.${local}`,
        `ns.dns.${local} 5 A 10.96.0.10`,
        `dns-version.${local} 28800 TXT "1.1.0"`,
        `${web} 5 A 10.244.0.5`,
        `${web} 5 A 10.244.0.6`,
        `${web} 5 AAAA fd00:0:0:0:0:0:0:5`,
        `web-0.${web} 5 A 10.244.0.5`,
        `web-0.${web} 5 AAAA fd00:0:0:0:0:0:0:5`,
        `web-1.${web} 5 A 10.244.0.6`,
        `_web._tcp.${web} 5 SRV 0 50 80 web-0.${web}`,
        `_web._tcp.${web} 5 SRV 0 50 80 web-1.${web}`,
        `${web} 5 SRV 0 100 80 web-0.${web}`,
        `vip.default.svc.${local} 5 A 10.96.0.7`,
        `in.default.svc.${local} 5 CNAME vip.default.svc.${local}`,
        `10-244-0-5.default.pod.${local} 5 A 10.244.0.5`,
      ].toSorted(),
    );
  });

  it("D40 hands out a reverse zone, with the names that lie in it only", async () => {
    const { respond } = serveTransfers();
    const zone = "244.10.in-addr.arpa.";
    expect(recordsOf(await request(respond, "244.10.in-addr.arpa AXFR"))).to.deep.equal([
      soa(zone),
      `${zone} 5 NS ns.dns.${local}`,
      `5.0.${zone} 5 PTR web-0.${web}`,
      `6.0.${zone} 5 PTR web-1.${web}`,
      soa(zone),
    ]);
  });

  it("D40 hands out a zone for outside", async () => {
    const { respond } = serveTransfers();
    expect(recordsOf(await request(respond, "example.org AXFR"))).to.deep.equal([
      "example.org. 5 SOA ns.dns.example.org. hostmaster.example.org. 7 7200 1800 86400 5",
      "example.org. 5 NS ns.dns.example.org.",
      "ns.dns.example.org. 5 A 10.96.0.10",
      "vip.default.example.org. 5 A 192.0.2.7",
      "lb.default.example.org. 5 CNAME lb.example.com.",
      "example.org. 5 SOA ns.dns.example.org. hostmaster.example.org. 7 7200 1800 86400 5",
    ]);
  });

  it("D40 leaves out what no zone may hold: a second CNAME, and one beside something else", async () => {
    const beside = ["a.default.svc CNAME x.example.com.", "a.default.svc A 10.0.0.1"];
    const twice = ["b.default.svc CNAME x.example.com.", "b.default.svc CNAME y.example.com."];
    const records = recordsOf(await request(serveTransfers([...beside, ...twice]).respond, "cluster.local AXFR"));
    expect(records.filter((record) => /^[ab]\.default/.test(record))).to.deep.equal([
      `a.default.svc.${local} 5 A 10.0.0.1`,
      `b.default.svc.${local} 5 CNAME x.example.com.`,
    ]);
  });

  it("D40 cuts a big zone into messages far below 64 kB, each with id, question and AA", async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => `w.default.svc A 10.1.${index >> 8}.${index & 255}`);
    const services = Array.from({ length: 3_000 }, (_, index) => `s${index}.default.svc SRV 80 w.default.svc`);
    const edns = { size: 1232 };
    const { respond } = serveTransfers([...many, ...services]);
    const messages = await request(respond, "CLUSTER.local AXFR", { id: 0xbeef, edns });
    expect(messages.length).to.be.greaterThan(10);
    for (const message of messages) {
      const { id, rcode, flags, question, authority, additional, edns: opt } = read(message);
      expect({ id, rcode, flags, question }).to.deep.equal({
        id: 0xbeef,
        rcode: "NOERROR",
        flags: "qr aa rd",
        question: "CLUSTER.local. AXFR",
      });
      expect([...authority, ...additional]).to.deep.equal([]);
      expect(opt).to.equal("0 1232");
      expect(message.length).to.be.at.most(16_384);
    }
    expect(messages.slice(1, -1).every(({ length }) => length > 16_000)).to.equal(true);
    expect(new Set(recordsOf(messages)).size).to.equal(6_000 + 4);
  });

  it("D40 hands out one moment's zone while the data changes, seeds 1 to 8", async () => {
    for (let seed = 1; seed <= 8; seed += 1) {
      const dice = createDice(seed);
      const names = Array.from({ length: 2_000 }, (_, index) => `w${index}.s${index % 40}.default.svc`);
      const said = new Set(names.map((name) => `${name} A 10.0.0.1`));
      const serving = serveTransfers([...said]);
      let isDone = false;
      let changes = 0;
      const change = (): void => {
        if (isDone) return;
        for (let count = dice(20); count >= 0; count -= 1) {
          const name = dice(3) === 0 ? `x${dice(50)}.y${dice(50)}.svc` : (names[dice(names.length)] ?? "");
          const text = `${name} A 10.0.0.${dice(3)}`;
          if (said.delete(text)) serving.apply(facts(text), []);
          else {
            said.add(text);
            serving.apply([], facts(text));
          }
          changes += 1;
        }
        serving.moveSerial(1_000 + changes);
        setImmediate(change);
      };
      change();
      const records = recordsOf(await request(serving.respond, "cluster.local AXFR"));
      isDone = true;
      const serial = 1_000 + changes;
      expect(changes, "changes meanwhile").to.be.greaterThan(20);
      const still = serveTransfers([...said]);
      still.moveSerial(serial);
      const expected = recordsOf(await request(still.respond, "cluster.local AXFR"));
      const withSerial = expected.map((record) => record.replace(" 7 7200", ` ${serial} 7200`));
      expect(records.toSorted(), `seed ${seed}`).to.deep.equal(withSerial.toSorted());
      expect(records.at(0)).to.equal(records.at(-1));
      expect(records.at(0)).to.include(` ${serial} 7200`);
    }
  });

  it("D40 lets queries be answered in between", async () => {
    const many = Array.from(
      { length: 5_000 },
      (_, index) => `w${index}.default.svc A 10.1.${index >> 8}.${index & 255}`,
    );
    const { respond } = serveTransfers(many);
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns += 1;
      if (!isDone) setImmediate(turn);
    };
    setImmediate(turn);
    const messages = await request(respond, "cluster.local AXFR");
    isDone = true;
    expect(turns).to.be.greaterThan(20);
    expect(messages.reduce((sum, message) => sum + shortAt(message, 6), 0)).to.equal(5_000 + 5);
  });

  it("D40 names all of an empty server's zone", async () => {
    const records = recordsOf(
      await request(serveTransfers([], { settings: { nameServers: [] } }).respond, "cluster.local"),
    );
    expect(records.map((record) => record.split(" ")[2])).to.deep.equal(["SOA", "NS", "TXT", "SOA"]);
  });
});

/** Numbers below a bound, the same ones for the same seed (mulberry32). */
function createDice(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}
