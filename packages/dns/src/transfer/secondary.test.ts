import { createStopStack, silentLogger, systemClock } from "@ordinal/runtime";
import { expect } from "chai";
import type { Serving } from "../answers/serving.ts";
import { freePort } from "../listen/free-port.fixture.ts";
import { listenBoth } from "../listen/listen.ts";
import { askUdp, skipWithout } from "../listen/peers.fixture.ts";
import { query, read } from "../message.fixture.ts";
import { findDaemon, startSecondary, type Secondary } from "./knot.fixture.ts";
import { startNotifier, type Notifier } from "./notifier.ts";
import { facts, serveTransfers } from "./transfer.fixture.ts";

const zones = ["cluster.local", "244.10.in-addr.arpa", "0.0.d.f.ip6.arpa", "example.org"];

describe("a secondary server", () => {
  const stack = createStopStack();
  let serving: Serving;
  let primaryPort: number;
  let secondary: Secondary;
  let notifier: Notifier;

  before(async function () {
    const program = await findDaemon("knotd");
    if (program === undefined) skipWithout(this, "knotd");
    serving = serveTransfers();
    const parts = { respond: serving.respond, clock: systemClock, log: silentLogger };
    const { address } = stack.add(await listenBoth({ host: "127.0.0.1", port: 0 }, parts));
    primaryPort = address.port;
    const port = await freePort();
    const targets = [`127.0.0.1:${port}`, "127.0.0.0/8"];
    notifier = stack.add(startNotifier({ targets, zones: () => serving.zones, clock: systemClock, log: silentLogger }));
    secondary = stack.add(await startSecondary(program, { port, primaryPort, zones }));
  });
  after(() => stack.stop());

  /** What a server says to each type of question at each name there ever was. */
  async function everyAnswer(port: number, all: readonly string[]): Promise<readonly string[]> {
    const answers: string[] = [];
    for (const name of all) {
      for (const type of ["A", "AAAA", "SRV", "PTR", "CNAME", "TXT", "NS", "SOA"]) {
        const { rcode, flags, answer } = read(await askUdp(port, query(name, type)));
        answers.push([name, type, rcode, flags.includes("aa"), ...answer.toSorted()].join(" "));
      }
    }
    return answers;
  }

  /** Where anything stands, and where nothing does. */
  function names(): readonly string[] {
    const below = (table: keyof Serving["tables"], zone: string): readonly string[] =>
      [...serving.tables[table].entries()]
        .filter(([, { sets }]) => sets.length > 0)
        .map(([name]) => textOf(name) + zone);
    return [
      ...zones,
      ...below("cluster", "cluster.local"),
      ...below("external", "example.org"),
      ...below("reverse", "").filter((name) => zones.some((zone) => `.${name}`.endsWith(`.${zone}.`))),
      "svc.cluster.local",
      "_tcp.nginx.default.svc.cluster.local",
      "nobody.default.svc.cluster.local",
      "0.244.10.in-addr.arpa",
      "9.0.244.10.in-addr.arpa",
      "nobody.example.org",
    ];
  }

  async function expectSameAnswers(): Promise<void> {
    const all = names();
    expect(all.length).to.be.greaterThan(20);
    expect(await everyAnswer(secondary.port, all)).to.deep.equal(await everyAnswer(primaryPort, all));
  }

  it("D40 takes over every zone, and answers as we do for every name", async () => {
    for (const zone of zones)
      await secondary.logged(new RegExp(`\\[${zone}\\.\\] .*zone updated.* serial none -> 7\\b`));
    await expectSameAnswers();
  });

  it("D41 D42 is told of a change and follows it", async () => {
    serving.apply(
      facts("web-1.nginx.default.svc A 10.244.0.6", "nginx.default.svc A 10.244.0.6"),
      facts("web-2.nginx.default.svc A 10.244.0.8", "reverse: 8.0.244.10.in-addr.arpa PTR web-2.nginx.default.svc"),
    );
    expect(serving.moveSerial(12)).to.equal(true);
    notifier.serialMoved();
    for (const zone of zones) await secondary.logged(new RegExp(`\\[${zone}\\.\\] .*zone updated.* serial 7 -> 12\\b`));
    await expectSameAnswers();
  });

  it("D41 is told of the last of many changes", async () => {
    for (let revision = 13; revision <= 40; revision += 1) {
      serving.apply([], facts(`n${revision}.nginx.default.svc A 10.244.1.${revision}`));
      serving.moveSerial(revision);
      notifier.serialMoved();
    }
    await secondary.logged(/\[cluster\.local\.\] .*zone updated.* -> 40\b/);
    await expectSameAnswers();
  });
});

/** `5.0.244.10.in-addr.arpa.` of wire labels. */
function textOf(wire: string): string {
  let text = "";
  for (let at = 0; at < wire.length; at += 1 + wire.charCodeAt(at)) {
    text += `${wire.slice(at + 1, at + 1 + wire.charCodeAt(at))}.`;
  }
  return text;
}
