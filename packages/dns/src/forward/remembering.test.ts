import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { ask, forwarderRig, say, silent, withCode } from "./forwarder.fixture.ts";
import { address, always, answerTo, questionPointer, soa } from "./upstream.fixture.ts";

describe("the forwarder", () => {
  const rig = forwarderRig();

  describe("remembers", () => {
    it("D50 what there is, with TTLs that count down", async () => {
      const one = await rig.upstream(always("192.0.2.1", 10));
      const of = await rig.forwarder([one]);
      expect(await say(of, "www.example.com")).to.equal("10 A 192.0.2.1");
      await rig.clock.advance(4_000);
      expect(await say(of, "WWW.Example.com")).to.equal("6 A 192.0.2.1");
      await rig.clock.advance(6_000);
      one.handle = always("192.0.2.2", 10);
      expect(await say(of, "www.example.com")).to.equal("10 A 192.0.2.2");
      expect(one.queries).to.have.length(2);
    });

    it("D50 what there is not, as long as the SOA says", async () => {
      const one = await rig.upstream((got) =>
        got.reply(answerTo(got, { rcode: 3, authority: [soa("example.com", { minimum: 7 })] })),
      );
      const of = await rig.forwarder([one]);
      const [first] = (await ask(of, "no.example.com")).authority;
      expect(first).to.match(/^example.com. 7 SOA /);
      await rig.clock.advance(6_000);
      const again = await ask(of, "no.example.com");
      expect([again.rcode, again.authority[0]?.split(" ")[1]]).to.deep.equal(["NXDOMAIN", "1"]);
      expect(one.queries).to.have.length(1);
      await rig.clock.advance(1_000);
      one.handle = always("192.0.2.1");
      expect(await say(of, "no.example.com")).to.equal("300 A 192.0.2.1");
    });

    it("D50 SERVFAIL for 5 s", async () => {
      const one = await rig.upstream(withCode(2));
      const of = await rig.forwarder([one]);
      await say(of, "www.example.com");
      await rig.clock.advance(4_000);
      expect(await say(of, "www.example.com")).to.equal("SERVFAIL");
      expect(one.queries).to.have.length(1);
      await rig.clock.advance(1_000);
      await say(of, "www.example.com");
      expect(one.queries).to.have.length(2);
    });

    it("D50 and renews what is asked often before it ends, without letting anybody wait", async () => {
      const one = await rig.upstream(always("192.0.2.1", 20));
      const of = await rig.forwarder([one], { cache: { prefetch: { amount: 3 } } });
      for (let count = 0; count < 3; count += 1) await say(of, "www.example.com");
      await rig.clock.advance(18_000);
      one.handle = always("192.0.2.2", 20);
      expect(await say(of, "www.example.com")).to.equal("2 A 192.0.2.1");
      await eventually(async () => expect(await say(of, "www.example.com")).to.equal("20 A 192.0.2.2"));
      expect(one.queries).to.have.length(2);
      expect(of.counters().cache.prefetch).to.equal(1);
    });

    it("D50 and gives what is stale, with TTL 30, when nobody answers", async () => {
      const one = await rig.upstream(always("192.0.2.1", 10));
      const of = await rig.forwarder([one]);
      await say(of, "www.example.com");
      await rig.clock.advance(60_000);
      one.handle = silent;
      const begun = rig.clock.now();
      expect(await rig.meanwhile(say(of, "www.example.com"))).to.equal("30 A 192.0.2.1");
      expect(rig.clock.now() - begun).to.be.within(1_800, 1_900);
      await rig.meanwhile(eventually(() => expect(of.counters().forward.inFlight).to.equal(0)));
      const asked = one.queries.length;
      expect(await say(of, "www.example.com")).to.equal("30 A 192.0.2.1");
      expect(one.queries).to.have.length(asked);
      expect(of.counters().cache.servedStale).to.equal(2);
      await rig.clock.advance(3_600_000);
      expect(await rig.meanwhile(say(of, "www.example.com"))).to.equal("SERVFAIL");
    });

    it("D50 and asks again at once when an upstream that was down has come back", async () => {
      const one = await rig.upstream(always("192.0.2.1", 10));
      const of = await rig.forwarder([one]);
      await say(of, "www.example.com");
      await rig.clock.advance(11_000);
      one.handle = silent;
      one.handleProbes(silent);
      const isDown = () => of.counters().proxies[0]?.isDown;
      await rig.meanwhile(say(of, "www.example.com"));
      await rig.meanwhile(
        eventually(() => expect([isDown(), of.counters().forward.inFlight]).to.deep.equal([true, 0])),
      );
      expect(await say(of, "www.example.com")).to.equal("30 A 192.0.2.1");
      one.handle = always("192.0.2.2", 10);
      one.handleProbes(withCode(5));
      await rig.meanwhile(eventually(() => expect(isDown()).to.equal(false)));
      expect(await say(of, "www.example.com")).to.equal("10 A 192.0.2.2");
    });

    it("D50 and gives what is stale in place of SERVFAIL, and the new answer when there is one", async () => {
      const one = await rig.upstream(always("192.0.2.1", 10));
      const of = await rig.forwarder([one]);
      await say(of, "www.example.com");
      await rig.clock.advance(11_000);
      one.handle = withCode(2);
      expect(await say(of, "www.example.com")).to.equal("30 A 192.0.2.1");
      one.handle = always("192.0.2.2", 10);
      await rig.clock.advance(29_000);
      expect(await say(of, "www.example.com")).to.equal("30 A 192.0.2.1");
      await rig.clock.advance(1_000);
      expect(await say(of, "www.example.com")).to.equal("10 A 192.0.2.2");
    });

    it("D50 and takes NXDOMAIN for an answer, not for a failure", async () => {
      const one = await rig.upstream(always("192.0.2.1", 10));
      const of = await rig.forwarder([one]);
      await say(of, "www.example.com");
      await rig.clock.advance(11_000);
      one.handle = withCode(3);
      expect(await say(of, "www.example.com")).to.equal("NXDOMAIN");
    });

    it("D50 records of other names only for who asked that question", async () => {
      const one = await rig.upstream((got) =>
        got.reply(
          answerTo(got, {
            answer: [address(questionPointer, "192.0.2.1")],
            additional: [address("bank.example", "192.0.2.66")],
          }),
        ),
      );
      const of = await rig.forwarder([one]);
      await say(of, "evil.example");
      one.handle = always("192.0.2.7");
      expect(await say(of, "bank.example")).to.equal("300 A 192.0.2.7");
    });
  });
});
