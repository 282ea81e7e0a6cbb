import { expect } from "chai";
import { query, shorts } from "../message.fixture.ts";
import { problemOf } from "./judge.fixture.ts";
import { World, worldKinds } from "./world.fixture.ts";

const [kind] = worldKinds;
if (kind === undefined) throw new Error("there is no world");
const world = new World(kind);
const asked = query("nginx.default.svc.cluster.local", "A", { edns: {} });

function answerTo(message: Buffer): Buffer {
  const answer = world.serving.respond(message, "udp", "127.0.0.1");
  if (!Buffer.isBuffer(answer)) throw new Error("it is not answered at once");
  return answer;
}

/** Where the owner of the first record is. */
const record = asked.length - 11;

describe("the judge of the fuzzer", () => {
  it("lets the right answer pass", () => {
    expect(judge(answerTo(asked))).to.equal(undefined);
  });

  const tampered: readonly (readonly [
    what: string,
    change: (answer: Buffer) => Buffer | undefined,
    problem: RegExp,
  ])[] = [
    ["no answer", () => undefined, /not answered/],
    ["another id", (answer) => put(answer, 0, 7), /another id/],
    ["a query as the answer", (answer) => put(answer, 2, 0x0100), /is a query/],
    ["another opcode", (answer) => put(answer, 2, 0xa500), /another opcode/],
    ["no recursion desired", (answer) => put(answer, 2, 0x8400), /RD bit/],
    ["AA missing", (answer) => put(answer, 2, 0x8100), /AA is missing/],
    ["TC for nothing", (answer) => put(answer, 2, 0x8700), /nothing is missing/],
    ["recursion nobody offers", (answer) => put(answer, 2, 0x8580), /RA, AD, CD/],
    ["NXDOMAIN", (answer) => put(answer, 2, 0x8503), /the code is 3, not 0/],
    ["another question", (answer) => put(answer, 13, 0x7878), /another question/],
    ["a record less", (answer) => drop(answer), /missing/],
    ["another owner", (answer) => put(answer, record, 0xc012), /nobody says default\.svc/],
    ["another type", (answer) => put(answer, record + 2, 16), /texts of a record|nobody says/],
    ["another TTL", (answer) => put(answer, record + 8, 6), /nobody says/],
    ["another address", (answer) => put(answer, record + 14, 0x0909), /nobody says/],
    ["an octet more", (answer) => Buffer.concat([answer, Buffer.from([0])]), /left over/],
    ["an octet less", (answer) => answer.subarray(0, -1), /./],
    ["a pointer to itself", (answer) => put(answer, record, 0xc000 | record), /does not lead back/],
    ["no OPT record", (answer) => put(answer.subarray(0, -11), 10, 0), /OPT record is missing/],
    ["octets beyond what is taken", (answer) => Buffer.concat([answer, Buffer.alloc(1_300)]), /the asker takes 1232/],
    ["the same record twice", (answer) => twice(answer), /given twice/],
  ];
  for (const [what, change, problem] of tampered) {
    it(`notices ${what}`, () => {
      expect(judge(change(Buffer.from(answerTo(asked))))).to.match(problem);
    });
  }

  it("notices an answer to an answer, and to less than a header", () => {
    const response = Buffer.from(asked);
    response[2] = 0x81;
    for (const message of [response, asked.subarray(0, 11)]) {
      const exchange = { message, transport: "udp" as const, address: "127.0.0.1", answer: answerTo(asked) };
      expect(problemOf(exchange, world.model)).to.match(/no query/);
    }
  });

  it("notices what was true before", () => {
    const changing = new World(kind);
    const before = changing.serving.respond(asked, "udp", "127.0.0.1");
    const unit = changing.units.findIndex(({ name }) => name === "slice of nginx");
    changing.turn(unit, 0);
    const exchange = { message: asked, transport: "udp" as const, address: "127.0.0.1", answer: before as Buffer };
    expect(problemOf(exchange, changing.model)).to.match(/nobody says|missing/);
  });
});

function judge(answer: Buffer | undefined): string | undefined {
  return problemOf({ message: asked, transport: "udp", address: "127.0.0.1", answer }, world.model);
}

function put(answer: Buffer, at: number, value: number): Buffer {
  answer.writeUInt16BE(value, at);
  return answer;
}

/** Without the first record, counted as it is. */
function drop(answer: Buffer): Buffer {
  const less = Buffer.concat([answer.subarray(0, record), answer.subarray(record + 16)]);
  return put(less, 6, answer.readUInt16BE(6) - 1);
}

/** The first record in the place of the second. */
function twice(answer: Buffer): Buffer {
  const first = answer.subarray(record, record + 16);
  const rest = answer.subarray(record + 32);
  return Buffer.concat([answer.subarray(0, 4), shorts(1), answer.subarray(6, record), first, first, rest]);
}
