import { silentLogger, type Logger } from "@ordinal/runtime";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import { query } from "../message.fixture.ts";
import type { Forwarder } from "./forwarder.ts";
import { forwarderRig, say, silent } from "./forwarder.fixture.ts";
import { always, answerTo, type GotQuery } from "./upstream.fixture.ts";

describe("the forwarder", () => {
  const rig = forwarderRig();

  describe("finds loops:", () => {
    /** An upstream that hands everything back to the forwarder. */
    const loop = async (log: Logger = silentLogger) => {
      let of: Forwarder | undefined;
      const open = { is: true };
      let probes = 0;
      const one = await rig.upstream(silent);
      const back = async (got: GotQuery) => {
        if (open.is && of !== undefined) got.reply(await of.ask(got.message, "udp"));
        else got.reply(answerTo(got, { rcode: 3 }));
      };
      one.handle = (got) => void back(got);
      one.handleProbes((got) => {
        probes += 1;
        void back(got);
      });
      of = await rig.forwarder([one], { log });
      return { of, one, open, probes: () => probes };
    };

    it("D39 a question that comes back ends forwarding there, with an error that says what to do", async () => {
      const errors: string[] = [];
      const { of, one } = await loop({ ...silentLogger, error: (message) => errors.push(message) });
      await eventually(() => expect(of.counters().forward.loops).to.equal(1));
      expect(await say(of, "www.example.com")).to.equal("REFUSED");
      expect(one.queries).to.deep.equal([]);
      expect(errors).to.have.length(1);
      expect(errors[0]).to.match(/^forwarding loop: .*--dns-upstream/);
    });

    it("D39 other upstreams are still asked, and that one again when it leads elsewhere", async () => {
      const { of, one, open } = await loop();
      const two = await rig.upstream(always("192.0.2.2"));
      await of.use([one.address, two.address]);
      await eventually(() => expect(of.counters().proxies[0]?.isLooping).to.equal(true));
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.2");
      open.is = false;
      one.handle = always("192.0.2.1");
      await rig.meanwhile(eventually(() => expect(of.counters().proxies[0]?.isLooping).to.equal(false)));
      expect(await say(of, "mail.example.com")).to.equal("300 A 192.0.2.1");
    });

    it("D39 a loop that begins later is found when a question is not answered, and makes no storm", async () => {
      const { of, one, open, probes } = await loop();
      open.is = false;
      await eventually(() => expect(probes()).to.equal(1));
      await rig.clock.advance(10_000);
      expect(of.counters().forward.loops).to.equal(0);
      open.is = true;
      expect(await rig.meanwhile(say(of, "www.example.com"))).to.equal("REFUSED");
      expect(one.queries.length).to.be.below(5);
      await rig.meanwhile(eventually(() => expect(of.counters().forward.loops).to.equal(1)));
      expect(await say(of, "mail.example.com")).to.equal("REFUSED");
    });

    it("D39 only its own questions are taken for probes", async () => {
      const seen: GotQuery[] = [];
      const one = await rig.upstream(silent);
      one.handleProbes((got) => seen.push(got));
      const of = await rig.forwarder([one]);
      await eventually(() => expect(seen).to.have.length(1));
      const [{ message }] = seen as [GotQuery];
      const another = Buffer.from(message);
      another.writeUInt8(message.readUInt8(13) === 0x31 ? 0x32 : 0x31, 13);
      const asA = Buffer.from(message);
      asA.writeUInt16BE(1, message.length - 4);
      expect(
        [another, asA, query("www.example.com", "HINFO"), Buffer.alloc(4)].some((each) => of.isLoopProbe(each)),
      ).to.equal(false);
      expect(of.isLoopProbe(message)).to.equal(true);
    });
  });
});
