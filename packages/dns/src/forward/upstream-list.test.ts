import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../api.fixture.ts";
import type { Forwarder } from "./forwarder.ts";
import { forwarderRig, say, silent } from "./forwarder.fixture.ts";
import { always } from "./upstream.fixture.ts";

describe("the forwarder", () => {
  const rig = forwarderRig();

  describe("takes its upstreams from a resolv.conf", () => {
    let dir: string;
    let path: string;
    beforeEach(async () => {
      dir = await mkdtemp(join(tmpdir(), "ordinal-dns-"));
      path = join(dir, "resolv.conf");
    });
    afterEach(() => rm(dir, { recursive: true }));

    const names = (of: Forwarder) => of.counters().proxies.map(({ to }) => to);
    const follow = async (own: readonly { host: string; port: number }[] = []) =>
      await rig.forwarder([], { upstreams: { resolvConf: path }, own: () => own });
    const become = async (of: Forwarder, text: string, expected: readonly string[]) => {
      await writeFile(path, text);
      await eventually(async () => {
        await rig.clock.advance(2_000);
        expect(names(of)).to.deep.equal(expected);
      });
    };

    it("D38 as it changes, and keeps the last good one", async () => {
      await writeFile(path, "nameserver 127.0.0.201\nnameserver 127.0.0.202\n");
      const of = await follow();
      expect(names(of)).to.deep.equal(["127.0.0.201:53", "127.0.0.202:53"]);
      await become(of, "nameserver 127.0.0.202\nnameserver 127.0.0.203\n", ["127.0.0.202:53", "127.0.0.203:53"]);
      await writeFile(path, "# nothing\n");
      for (let count = 0; count < 5; count += 1) await rig.clock.advance(2_000);
      expect(names(of)).to.deep.equal(["127.0.0.202:53", "127.0.0.203:53"]);
      await rm(path);
      for (let count = 0; count < 5; count += 1) await rig.clock.advance(2_000);
      expect(names(of)).to.deep.equal(["127.0.0.202:53", "127.0.0.203:53"]);
      await become(of, "nameserver 127.0.0.201\n", ["127.0.0.201:53"]);
    });

    it("D39 without this server itself", async () => {
      await writeFile(path, "nameserver 127.0.0.54\nnameserver 127.0.0.201\n");
      const of = await follow([{ host: "127.0.0.54", port: 53 }]);
      expect(names(of)).to.deep.equal(["127.0.0.201:53"]);
    });

    it("D38 refuses where there never was one", async () => {
      expect(await say(await follow(), "www.example.com")).to.equal("REFUSED");
    });

    it("D38 given others before it is started, or twice at once, asks the last", async () => {
      const [one, two] = [await rig.upstream(always("192.0.2.1")), await rig.upstream(always("192.0.2.2"))];
      await writeFile(path, "nameserver 127.0.0.201\n");
      const of = rig.idle({ upstreams: { resolvConf: path } });
      await of.use([one.address]);
      await of.start();
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.1");
      await Promise.all([of.use({ resolvConf: path }), of.use([two.address])]);
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.2");
      await writeFile(path, "nameserver 127.0.0.202\n");
      await rig.clock.advance(10_000);
      expect(names(of)).to.deep.equal([`127.0.0.1:${two.address.port}`]);
    });

    it("D38 given others, forgets what the first said, and asks them what is under way", async () => {
      const [one, two] = [await rig.upstream(always("192.0.2.1")), await rig.upstream(always("192.0.2.2"))];
      const of = await rig.forwarder([one]);
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.1");
      one.handle = silent;
      const asking = say(of, "mail.example.com");
      await one.asked(2);
      await of.use([two.address]);
      expect(await asking).to.equal("300 A 192.0.2.2");
      expect(await say(of, "www.example.com")).to.equal("300 A 192.0.2.2");
    });
  });
});
