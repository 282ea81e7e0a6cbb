import { systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { query, read } from "../message.fixture.ts";
import { wireName } from "../wire/name.ts";
import type { Forwarder } from "./forwarder.ts";
import { ask, forwarderRig, say, silent, withCode } from "./forwarder.fixture.ts";
import { address, always, answerTo, questionPointer, type GotQuery } from "./upstream.fixture.ts";

describe("the forwarder", () => {
  const rig = forwarderRig();

  describe("asks", () => {
    it("D38 and gives the asker its own id, spelling and size", async () => {
      const many = Array.from({ length: 60 }, (_, index) => address(questionPointer, `192.0.2.${index}`));
      const [one] = [await rig.upstream((got) => got.reply(answerTo(got, { answer: many })))];
      const of = await rig.forwarder([one]);
      const udp = await of.ask(query("www.ExAmPlE.com", "A", { id: 0x4711 }), "udp");
      const said = read(udp);
      expect([said.id, said.question, said.flags]).to.deep.equal([0x4711, "www.ExAmPlE.com. A", "qr tc rd ra"]);
      expect(udp.length).to.be.at.most(512);
      expect((await ask(of, "WWW.example.com", { transport: "tcp" })).answer).to.have.length(60);
      expect(one.queries).to.have.length(1);
      expect(one.queries[0]?.name).not.to.equal("www.example.com.");
    });

    it("D38 over TCP when the answer is cut, so that the next asker has it whole", async () => {
      const one = await rig.upstream((got) => {
        if (got.protocol === "udp") got.reply(answerTo(got, { isCut: true }));
        else always("192.0.2.1")(got);
      });
      const of = await rig.forwarder([one]);
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.1");
      expect(one.queries.map(({ protocol }) => protocol)).to.deep.equal(["udp", "tcp"]);
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.1");
      expect(one.queries).to.have.length(2);
    });

    it("D38 over TCP at once when asked over TCP", async () => {
      const one = await rig.upstream(always("192.0.2.1"));
      const of = await rig.forwarder([one]);
      await ask(of, "www.example.com", { transport: "tcp" });
      await ask(of, "mail.example.com", { transport: "tcp" });
      expect(one.queries.map(({ protocol }) => protocol)).to.deep.equal(["tcp", "tcp"]);
      expect(one.connections()).to.equal(1);
    });

    it("D38 over TCP when the answer's spelling leaves doubts", async () => {
      const one = await rig.upstream((got) => {
        const question = query("www.example.com", "A").subarray(12);
        got.reply(
          answerTo(got, {
            question,
            answer: [address(questionPointer, got.protocol === "tcp" ? "192.0.2.1" : "192.0.2.66")],
          }),
        );
      });
      expect(await say(await rig.forwarder([one]), "www.example.com")).to.equal("300 A 192.0.2.1");
    });

    it("D38 and gives the part it has where an upstream has no TCP", async () => {
      const one = await rig.upstream(
        (got) => got.reply(answerTo(got, { isCut: true, answer: [address(questionPointer, "192.0.2.1")] })),
        { withTcp: false },
      );
      const of = await rig.forwarder([one]);
      expect((await ask(of, "www.example.com")).flags).to.equal("qr tc rd ra");
      expect(of.counters().cache.entries).to.deep.equal({ success: 0, denial: 0 });
    });

    it("D38 again without EDNS where an upstream does not know it", async () => {
      const one = await rig.upstream((got) => {
        const hasOpt = got.message.readUInt16BE(10) === 1;
        got.reply(
          answerTo(got, {
            isPlain: true,
            ...(hasOpt ? { rcode: 1 } : { answer: [address(questionPointer, "192.0.2.1")] }),
          }),
        );
      });
      expect(await say(await rig.forwarder([one]), "www.example.com")).to.equal("300 A 192.0.2.1");
    });

    it("D38 once for all who ask the same at the same time", async () => {
      const held: GotQuery[] = [];
      const one = await rig.upstream((got) => held.push(got));
      const of = await rig.forwarder([one]);
      const asking = Array.from({ length: 50 }, () => say(of, "www.example.com"));
      await one.asked(1);
      expect(of.counters().forward.inFlight).to.equal(1);
      for (const each of held) always("192.0.2.1")(each);
      expect(new Set(await Promise.all(asking))).to.deep.equal(new Set(["300 A 192.0.2.1"]));
      expect(one.queries).to.have.length(1);
    });

    it("D38 apart for DO, CD and RD", async () => {
      const one = await rig.upstream(always("192.0.2.1"));
      const of = await rig.forwarder([one]);
      const plain = query("www.example.com", "A");
      const flagged = (at: number, value: number) => {
        const message = Buffer.from(plain);
        message.writeUInt8(value, at);
        return message;
      };
      const asked = [
        plain,
        flagged(3, 0x10),
        flagged(2, 0),
        query("www.example.com", "A", { edns: { dnssecOk: true } }),
      ];
      for (const message of [...asked, ...asked]) await of.ask(message, "udp");
      const bits = one.queries.map(({ message }) => [message.readUInt8(2), message.readUInt8(3), message.at(-4)]);
      expect(bits).to.deep.equal([
        [1, 0x20, 0],
        [1, 0x30, 0],
        [0, 0x20, 0],
        [1, 0x20, 0x80],
      ]);
    });
  });

  describe("asks others", () => {
    it("D38 after 2 s of silence, and at once where nobody listens", async () => {
      const [one, two, gone] = [
        await rig.upstream(silent),
        await rig.upstream(always("192.0.2.2")),
        await rig.upstream(silent),
      ];
      await gone.stop();
      const of = await rig.forwarder([gone, one, two]);
      const begun = rig.clock.now();
      expect(await rig.meanwhile(say(of, "www.example.com"))).to.equal("300 A 192.0.2.2");
      expect(rig.clock.now() - begun).to.be.within(2_000, 2_500);
    });

    for (const [what, code] of Object.entries({ SERVFAIL: 2, NOTIMP: 4, REFUSED: 5 })) {
      it(`D38 after ${what}, as glibc does, and says so where all do`, async () => {
        const [one, two] = [await rig.upstream(withCode(code)), await rig.upstream(always("192.0.2.2"))];
        const of = await rig.forwarder([one, two]);
        expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.2");
        two.handle = withCode(code);
        expect(await say(of, "mail.example.com")).to.equal(what);
        expect(two.queries).to.have.length(2);
      });
    }

    it("D38 after a malformed answer", async () => {
      const one = await rig.upstream((got) => got.reply(answerTo(got, { answer: [Buffer.from("rubbish")] })));
      const of = await rig.forwarder([one, await rig.upstream(always("192.0.2.2"))]);
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.2");
      expect(of.counters().proxies.map(({ failures }) => failures)).to.deep.equal([1, 0]);
    });

    it("D38 in their order while they are up, and skips those that are down", async () => {
      const [one, two] = [await rig.upstream(silent, { isSilent: true }), await rig.upstream(always("192.0.2.2"))];
      const of = await rig.forwarder([one, two]);
      await rig.meanwhile(say(of, "a.example"));
      await rig.meanwhile(eventually(() => expect(of.counters().proxies[0]?.isDown).to.equal(true)));
      const asked = one.queries.length;
      expect(await say(of, "b.example")).to.equal("300 A 192.0.2.2");
      expect(one.queries).to.have.length(asked);
      expect(of.counters().proxies[0]?.healthcheckFailures).to.be.at.least(3);
    });

    it("D38 SERVFAIL when nobody answers, for 4.5 s at most, and for a second without asking", async () => {
      const [one, two] = [await rig.upstream(silent), await rig.upstream(silent)];
      const of = await rig.forwarder([one, two]);
      const begun = rig.clock.now();
      expect(await rig.meanwhile(say(of, "www.example.com"))).to.equal("SERVFAIL");
      expect(rig.clock.now() - begun).to.be.within(4_000, 4_700);
      const asked = one.queries.length + two.queries.length;
      expect(await say(of, "www.example.com")).to.equal("SERVFAIL");
      expect(one.queries.length + two.queries.length).to.equal(asked);
      one.handle = always("192.0.2.1");
      await rig.clock.advance(1_000);
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.1");
    });
  });

  describe("refuses", () => {
    it("D38 where there are no upstreams", async () => {
      const { rcode: code, flags } = await ask(await rig.forwarder([]), "www.example.com");
      expect([code, flags]).to.deep.equal(["REFUSED", "qr rd"]);
    });

    it("D38 transfers, and FORMERR what is no query", async () => {
      const of = await rig.forwarder([await rig.upstream(always("192.0.2.1"))]);
      expect(await say(of, "example.com", "AXFR")).to.equal("REFUSED");
      expect(read(await of.ask(query("a", "A").subarray(0, 14), "udp")).rcode).to.equal("FORMERR");
      expect(read(await of.ask(Buffer.alloc(3), "udp")).rcode).to.equal("FORMERR");
    });

    it("D38 more questions at once than it may ask", async () => {
      const held: GotQuery[] = [];
      const one = await rig.upstream((got) => held.push(got));
      const of = await rig.forwarder([one], { maxConcurrent: 3 });
      const asking = ["a", "b", "c"].map((name) => say(of, `${name}.example`));
      await one.asked(3);
      expect(await say(of, "d.example")).to.equal("REFUSED");
      expect(of.counters().forward.maxConcurrentRejects).to.equal(1);
      for (const each of held) always("192.0.2.1")(each);
      await Promise.all(asking);
      one.handle = always("192.0.2.1");
      expect(await say(of, "d.example")).to.equal("300 A 192.0.2.1");
    });

    it("SERVFAIL before it is started, and to those who wait when it is stopped", async () => {
      const one = await rig.upstream(silent);
      const idle = rig.idle({ upstreams: [one.address] });
      expect(await say(idle, "www.example.com")).to.equal("SERVFAIL");
      const of = await rig.forwarder([one]);
      const asking = say(of, "www.example.com");
      await one.asked(1);
      await of.stop();
      expect(await asking).to.equal("SERVFAIL");
    });
  });

  describe("for a CNAME's target", () => {
    const resolve = async (of: Forwarder, name: string) => {
      const { rcode: code, records } = await of.resolve(wireName(name) ?? "", 1);
      return { code, records: records.map((each) => Buffer.from(each, "latin1")) };
    };

    it("D21 has the records whole, from the cache too", async () => {
      const one = await rig.upstream(always("192.0.2.1"));
      const of = await rig.forwarder([one]);
      const expected = { code: 0, records: [address("www.example.com", "192.0.2.1")] };
      expect(await resolve(of, "www.example.com")).to.deep.equal(expected);
      await say(of, "www.example.com");
      expect(one.queries).to.have.length(1);
    });

    it("D21 has the code where there are none", async () => {
      const one = await rig.upstream(withCode(3));
      expect(await resolve(await rig.forwarder([one]), "no.example")).to.deep.equal({ code: 3, records: [] });
      one.handle = withCode(2);
      expect(await resolve(await rig.forwarder([one]), "bad.example")).to.deep.equal({ code: 2, records: [] });
    });

    it("D21 has nothing, which is no error, where nobody is asked", async () => {
      expect(await resolve(await rig.forwarder([]), "www.example.com")).to.deep.equal({ code: 0, records: [] });
    });
  });

  it("counts what CoreDNS counts", async () => {
    const [one, two] = [await rig.upstream(always("192.0.2.1")), await rig.upstream(withCode(3))];
    const of = await rig.forwarder([one, two], { clock: systemClock });
    await say(of, "a.example");
    await say(of, "a.example");
    one.handle = withCode(5);
    await ask(of, "b.example", { transport: "tcp" });
    await ask(of, "c.example", { transport: "tcp" });
    const { proxies, cache, forward } = of.counters();
    const [first, second] = proxies;
    expect(proxies.map(({ requests, failures, inFlight }) => [requests, failures, inFlight])).to.deep.equal([
      [3, 0, 0],
      [2, 0, 0],
    ]);
    expect([first?.requestDuration[0]?.count, first?.requestDuration[5]?.count]).to.deep.equal([1, 2]);
    expect(second?.requestDuration[3]?.count).to.equal(2);
    expect(second?.connCacheHits).to.deep.equal({ tcp: 1 });
    expect(second?.connCacheMisses.tcp).to.equal(1);
    expect([cache.requests, cache.misses, cache.hits.success]).to.deep.equal([4, 3, 1]);
    expect(forward).to.deep.equal({ inFlight: 0, loops: 0, maxConcurrentRejects: 0, healthcheckBroken: 0 });
  });
});
