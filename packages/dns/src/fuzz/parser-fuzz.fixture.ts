import type { Respond } from "../answers/respond.ts";
import { readAskedQuery } from "../forward/asked-query.ts";
import { readAnswer, composeAnswer } from "../forward/stored-answer.ts";
import { readRequest } from "../listen/doh-request.ts";
import { frame, FrameReader } from "../listen/frames.ts";
import { freshnessOf } from "../listen/freshness.ts";
import type { MessageMaker } from "./message-fuzz.fixture.ts";
import { mutate } from "./mutate.fixture.ts";
import type { Random } from "./random.fixture.ts";
import { readStrictly } from "./strict-message.fixture.ts";

/** What was wrong, with the octets that show it. */
export interface ParserFinding {
  readonly input: Buffer;
  readonly problem: string;
}

/** Tries everything else that reads what strangers send: streams, HTTP requests, answers of upstreams. */
export class ParserFuzz {
  readonly #maker: MessageMaker;
  readonly #respond: Respond;

  /** Takes questions of a maker and real answers of a server to begin with. */
  constructor(maker: MessageMaker, respond: Respond) {
    this.#maker = maker;
    this.#respond = respond;
  }

  async run(count: number): Promise<ParserFinding | undefined> {
    for (let left = count; left > 0; left -= 1) {
      const finding = await this.#one();
      if (finding !== undefined) return finding;
    }
    return undefined;
  }

  async #one(): Promise<ParserFinding | undefined> {
    const { random } = this.#maker;
    const choice = random.below(4);
    if (choice === 0) return tryFrames(random, () => this.#maker.next());
    if (choice === 1) return tryRequest(random, this.#maker.next());
    const query = this.#maker.next();
    const [answer] = [await this.#respond(query, "tcp", "127.0.0.1")].flat();
    if (answer === undefined) return undefined;
    const upstream = random.onceIn(4) ? answer : mutate(random, answer, query);
    return tryAnswer(query, upstream);
  }
}

/** A stream says the same however it is cut into pieces. */
function tryFrames(random: Random, next: () => Buffer): ParserFinding | undefined {
  const messages = Array.from({ length: 1 + random.below(5) }, () => (random.onceIn(6) ? Buffer.alloc(0) : next()));
  const [excess] = messages.filter(({ length }) => length > 4_096);
  const stream = Buffer.concat([...messages.map(frame), random.octets(random.onceIn(3) ? 1 : 0)]);
  const reader = new FrameReader();
  const got: Buffer[] = [];
  let isTooLong = false;
  for (let at = 0; at < stream.length && !isTooLong;) {
    const size = Math.max(1, random.pick([1, 1, 2, 3, random.below(40), random.below(stream.length)]));
    // Each piece in memory of its own, which is written over afterwards.
    const piece = Buffer.from(stream.subarray(at, at + size));
    const taken = reader.take(piece);
    at += size;
    if (taken.is === "too long") isTooLong = true;
    else got.push(...taken.messages.map((message) => Buffer.from(message)));
    piece.fill(0xee);
  }
  const wanted = excess === undefined ? messages : messages.slice(0, messages.indexOf(excess));
  const isPrefix = got.every((message, index) => wanted[index]?.equals(message));
  if (!isPrefix || isTooLong !== (excess !== undefined))
    return { input: stream, problem: "the stream was read differently" };
  if (!isTooLong && got.length !== wanted.length)
    return { input: stream, problem: "a message of the stream is missing" };
  return undefined;
}

const contentTypes = ["application/dns-message", "Application/DNS-Message; charset=x", "text/plain", "", undefined];

/** A request is read, or refused with a code of HTTP; what is read is what was sent. */
function tryRequest(random: Random, message: Buffer): ParserFinding | undefined {
  const text = message.toString("base64url");
  const encoded = random.pick([
    text,
    `${text}=`,
    text.slice(random.below(4)),
    message.toString("latin1"),
    encodeURI("\u00e9%"),
  ]);
  const url = random.pick([
    `/dns-query?dns=${encoded}`,
    `/dns-query?x=1&dns=${encoded}&dns=AAAA`,
    `/dns-query?dns=${encoded}#?`,
    `/dns-query?${encoded}`,
    `/${encoded}`,
    "/dns-query",
    "",
    `http://[::1/dns-query?dns=${encoded}`,
  ]);
  const head = {
    method: random.pick(["GET", "GET", "POST", "HEAD", "", "get"]),
    url,
    contentType: random.pick(contentTypes),
    contentLength: random.pick([undefined, "0", "12", "4096", "4097", "-1", "NaN", "1e999", "0x10"]),
  };
  const input = Buffer.from(JSON.stringify(head));
  try {
    const request = readRequest(head);
    if (request.is === "refused" && (request.status < 400 || request.status > 499)) {
      return { input, problem: `it was refused with ${request.status}` };
    }
    if (request.is !== "query") return undefined;
    if (request.message.length > 4_096) return { input, problem: `a query has ${request.message.length} octets` };
    const isSame = url.startsWith(`/dns-query?dns=${text}`) && request.message.equals(message);
    return isSame || encoded !== text || !url.startsWith("/dns-query?dns=")
      ? undefined
      : { input, problem: "another query was read" };
  } catch (error) {
    return { input, problem: `it throws: ${String(error)}` };
  }
}

/** Whatever an upstream says: what is handed on is well-formed, an answer to the question, and no longer than is taken. */
function tryAnswer(query: Buffer, upstream: Buffer): ParserFinding | undefined {
  try {
    const seconds = freshnessOf(upstream);
    if (!(seconds >= 0 && seconds <= 0x7fff_ffff))
      return { input: upstream, problem: `it may be kept for ${seconds} s` };
    const asked = readAskedQuery(query, "udp");
    if (asked === undefined) return undefined;
    const read = readAnswer(upstream, asked);
    if (read === undefined) return undefined;
    for (const age of [{ seconds: 7 }, { staleTtl: 30 }]) {
      const composed = composeAnswer(asked, read.answer, age);
      if (composed.length > asked.limit)
        return { input: upstream, problem: `an answer of ${composed.length} octets is handed on` };
      const { questionEnd } = readStrictly(composed, { isForeign: true });
      if (!composed.subarray(12, questionEnd).equals(query.subarray(12, questionEnd))) {
        return { input: upstream, problem: "an answer with another question is handed on" };
      }
    }
    return undefined;
  } catch (error) {
    return { input: upstream, problem: `it throws: ${error instanceof Error ? error.stack : String(error)}` };
  }
}
