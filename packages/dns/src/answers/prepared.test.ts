import { expect } from "chai";
import { query } from "../message.fixture.ts";
import { Epochs } from "../zone/epochs.ts";
import type { Asked, Composed } from "./compose.ts";
import { PreparedAnswers } from "./prepared.ts";
import { ask, fact, serve } from "./serving.fixture.ts";

const preparation = { slot: 7, stride: 0, serial: undefined, isMadeUp: false };

function asked(name: string, options: { edns?: boolean; type?: string } = {}): Asked {
  const { edns = false, type = "A" } = options;
  const message = query(name, type, edns ? { edns: {} } : {});
  return {
    message,
    end: query(name, type).length,
    edns: edns ? { size: 1232, version: 0, dnssecOk: false } : undefined,
    limit: edns ? 1232 : 512,
    isRecursive: false,
  };
}

/** An answer without EDNS with this many octets behind its question. */
function answer(question: Asked, body: string): Buffer {
  const message = Buffer.concat([question.message.subarray(0, question.end), Buffer.from(body, "latin1")]);
  message.writeUInt16BE(0x8400, 2);
  message.writeUInt16BE(1, 6);
  return message;
}

function whole(question: Asked, body: string): Composed {
  return { message: answer(question, body), isWhole: true };
}

describe("answers that are kept", () => {
  it("D34 are kept apart where something was left out, for who takes as little", () => {
    const prepared = new PreparedAnswers(new Epochs());
    const [small, large] = [asked("a.svc"), asked("a.svc", { edns: true })];
    prepared.keep(small, { message: answer(small, "some"), isWhole: false }, preparation);
    expect(prepared.find(small)?.toString("latin1", small.end)).to.equal("some");
    expect(prepared.find(large)).to.equal(undefined);
    expect(prepared.find({ ...small, limit: 65_535 })).to.equal(undefined);
    prepared.keep({ ...small, limit: 600 }, { message: answer(small, "odd"), isWhole: false }, preparation);
    expect(prepared.find({ ...small, limit: 600 })).to.equal(undefined);
    prepared.keep(small, { message: answer(small, "turns"), isWhole: false }, { ...preparation, stride: 16 });
    expect(prepared.find(small)?.toString("latin1", small.end)).to.equal("some");
  });

  it("are given again until something changes at their name", () => {
    const epochs = new Epochs();
    const prepared = new PreparedAnswers(epochs);
    const question = asked("a.svc");
    expect(prepared.find(question)).to.equal(undefined);
    prepared.keep(question, whole(question, "body"), preparation);
    expect(prepared.find(question)?.subarray(question.end).toString()).to.equal("body");
    epochs.advance(8);
    expect(prepared.find(question)).not.to.equal(undefined);
    epochs.advance(7);
    expect(prepared.find(question)).to.equal(undefined);
  });

  it("belong to one name, one type and any case", () => {
    const prepared = new PreparedAnswers(new Epochs());
    const question = asked("a.svc", { type: "A" });
    prepared.keep(question, whole(question, "body"), preparation);
    expect(prepared.find(asked("A.Svc"))?.toString("latin1", 12, 19)).to.equal("\x01A\x03Svc\0");
    expect(prepared.find(asked("b.svc"))).to.equal(undefined);
    // Types 65 and 97 differ like an upper and a lower case letter.
    const types = [65, 97].map((type) => {
      const typed = asked("a.svc");
      typed.message.writeUInt16BE(type, typed.end - 4);
      return typed;
    });
    for (const [index, typed] of types.entries()) prepared.keep(typed, whole(typed, `type ${index}`), preparation);
    expect(types.map((typed) => prepared.find(typed)?.toString("latin1", typed.end))).to.deep.equal([
      "type 0",
      "type 1",
    ]);
  });

  it("get an OPT record for who sent one, and are not given to who takes less", () => {
    const prepared = new PreparedAnswers(new Epochs());
    const question = asked("a.svc");
    prepared.keep(question, whole(question, "x".repeat(480)), preparation);
    expect(prepared.find(question)).to.have.length(question.end + 480);
    expect(prepared.find({ ...question, limit: 500 })).to.equal(undefined);
    expect(prepared.find(asked("a.svc", { edns: true }))).to.have.length(question.end + 480 + 11);
  });

  it("are forgotten all together when there are too many, and kept anew", () => {
    const prepared = new PreparedAnswers(new Epochs(), 1 << 16);
    for (let index = 0; index < 20_000; index += 1) {
      const question = asked(`name-${index}.svc`);
      prepared.keep(question, whole(question, `body ${index}`), preparation);
      expect(prepared.find(question)?.toString("latin1", question.end)).to.equal(`body ${index}`);
    }
    const first = asked("name-0.svc");
    expect(prepared.find(first)).to.equal(undefined);
    const made = { ...preparation, isMadeUp: true };
    prepared.keep(first, whole(first, "x".repeat(300)), made);
    for (let index = 0; index < 1_000; index += 1) {
      const question = asked(`made-up-${index}.svc`);
      prepared.keep(question, whole(question, "no"), made);
    }
    expect(prepared.find(asked("name-19999.svc"))).not.to.equal(undefined);
  });

  it("D20 leave out the names of pods that need not exist: they hang on their namespace", async () => {
    const server = serve([], { podNames: "insecure" });
    const name = "10-244-0-5.team.pod.cluster.local A";
    expect((await ask(server.respond, name)).rcode).to.equal("NXDOMAIN");
    server.apply([], [fact("team.svc"), fact("team.pod")]);
    expect((await ask(server.respond, name)).answer).to.have.length(1);
  });

  it("D26 leave out a denial without its SOA, which had no room", () => {
    const prepared = new PreparedAnswers(new Epochs());
    const question = asked("a.svc");
    const bare = answer(question, "");
    bare.writeUInt16BE(0, 6);
    prepared.keep(question, { message: bare, isWhole: true }, { ...preparation, serial: () => 7 });
    expect(prepared.find(question)).to.equal(undefined);
  });

  it("D12 leave out an answer whose targets' addresses had no room", async () => {
    const ports = Array.from({ length: 11 }, (_, index) => `x.svc SRV ${index} a.x.svc`);
    const { respond } = serve([...ports, "a.x.svc AAAA fd00::1"]);
    const small = await ask(respond, "x.svc.cluster.local SRV");
    expect([small.answer.length, small.additional.length]).to.deep.equal([11, 0]);
    const large = await ask(respond, "x.svc.cluster.local SRV", { over: "tcp" });
    expect([large.answer.length, large.additional.length]).to.deep.equal([11, 1]);
  });

  it("is what a server that keeps none would say, whatever changed before", async () => {
    let random = 7;
    const next = (below: number): number => {
      random = (random * 48_271) % 0x7fffffff;
      return random % below;
    };
    const kept = serve([]);
    const said = new Set<string>();
    const questions = [
      "a.x.svc A",
      "b.x.svc A",
      "x.svc A",
      "x.svc AAAA",
      "_p._tcp.x.svc SRV",
      "x.svc SRV",
      "a.y.svc A",
      "y.svc A",
    ];
    const records = [
      ...["a.x", "b.x", "x", "a.y"].flatMap((name) => [1, 2, 3].map((host) => `${name}.svc A 10.0.0.${host}`)),
      ...["a", "b"].flatMap((host) => [`_p._tcp.x.svc SRV 80 ${host}.x.svc`, `x.svc SRV 80 ${host}.x.svc`]),
      "x.svc AAAA fd00::1",
      "y.svc",
    ];
    for (let step = 0; step < 400; step += 1) {
      const text = records[next(records.length)] ?? "";
      if (said.delete(text)) kept.apply([fact(text)], []);
      else kept.apply([], [fact((said.add(text), text))]);
      kept.moveSerial(step);
      const fresh = serve([...said]);
      fresh.moveSerial(step);
      for (const zone of fresh.zones) while (zone.serial < (kept.zones[0]?.serial ?? 0)) zone.moveSerial(0);
      for (const question of questions) {
        const name = question.replace(" ", ".cluster.local ");
        const [own, expected] = await Promise.all([ask(kept.respond, name), ask(fresh.respond, name)]);
        for (const part of ["answer", "authority", "additional"] as const) {
          expect(own[part].toSorted(), `${step}: ${question}`).to.deep.equal(expected[part].toSorted());
        }
        expect(own.rcode).to.equal(expected.rcode);
      }
    }
  });
});
