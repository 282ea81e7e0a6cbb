import { skipWithout } from "../listen/peers.fixture.ts";
import { MessageMaker } from "./message-fuzz.fixture.ts";
import { Random } from "./random.fixture.ts";
import { readSeeds } from "./seeds.fixture.ts";
import { idleScenarios, secureScenarios } from "./secure-fuzz.fixture.ts";
import { SocketProblem } from "./socket-fuzz.fixture.ts";
import { startTarget, type Target } from "./target.fixture.ts";
import { tcpScenarios } from "./tcp-fuzz.fixture.ts";
import { fuzzUdp } from "./udp-fuzz.fixture.ts";
import { worldKinds } from "./world.fixture.ts";

describe("a server that is ill-treated over its sockets", () => {
  let target: Target;
  let impatient: Target;
  let maker: MessageMaker;

  before(async () => {
    const [kind] = worldKinds;
    if (kind === undefined) throw new Error("there is no world");
    [target, impatient] = await Promise.all([
      startTarget(kind, { idleMs: 10_000, isFilled: false }),
      startTarget(kind, { idleMs: 1_000, isFilled: false }),
    ]);
    maker = new MessageMaker(new Random(1), target.world, readSeeds());
  });
  after(async () => {
    await Promise.all([target.stop(), impatient.stop()]);
  });

  it("D34 D46 answers what is a question among 3,000 hostile datagrams, and nothing else", async () => {
    await inHex(fuzzUdp(target, maker, 3_000));
  });

  for (const { name, run } of tcpScenarios) {
    it(`D34 D46 goes on after ${name}`, async () => {
      await inHex(run(target, maker));
    });
  }

  for (const { name, run } of secureScenarios) {
    it(`D46 D54 goes on after ${name}`, async function () {
      // Without openssl there is no certificate.
      if (target.tlsPort === undefined) skipWithout(this, "openssl");
      await inHex(run(target, maker));
    });
  }

  for (const { name, run } of idleScenarios) {
    it(`D34 D54 goes on after ${name}`, async () => {
      await inHex(run(impatient, maker));
    });
  }
});

/** Says with which octets it happened. */
async function inHex(run: Promise<void>): Promise<void> {
  try {
    await run;
  } catch (error) {
    if (error instanceof SocketProblem)
      throw new Error(`${error.message}: ${error.input.toString("hex")}`, { cause: error });
    throw error;
  }
}
