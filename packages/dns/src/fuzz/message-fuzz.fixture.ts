import type { Transport } from "../answers/respond.ts";
import { problemOf } from "./judge.fixture.ts";
import { mutate } from "./mutate.fixture.ts";
import { makeQuery, vocabularyOf, type Vocabulary } from "./query.fixture.ts";
import { Random } from "./random.fixture.ts";
import type { Seed } from "./seeds.fixture.ts";
import type { World } from "./world.fixture.ts";

/** An input that was answered wrongly. */
export interface Finding {
  readonly input: Buffer;
  readonly transport: Transport;
  readonly address: string;
  readonly problem: string;
}

/** A world that is not synced to begin with is so after this many inputs. */
const syncedAfter = 1_000;

const addresses = ["127.0.0.1", "127.0.0.1", "10.244.0.6", "fd00:10::6", "fd00:10::", "192.0.2.1", "10.244.9.9"];

/** How many names are asked for more often than others, and for how many messages. */
const hotNames = 8;
const hotFor = 1_000;

/** Makes messages for a world: half of them as they should be, the others not any more. */
export class MessageMaker {
  readonly random: Random;
  #words: Vocabulary;
  #count = 0;
  readonly #seeds: readonly Seed[];

  constructor(random: Random, { kind, units }: World, seeds: readonly Seed[]) {
    this.random = random;
    this.#words = vocabularyOf(units, kind.settings.zones, kind.settings.externalZones);
    this.#seeds = seeds;
  }

  next(): Buffer {
    const { random } = this;
    this.#count += 1;
    if (this.#count % hotFor === 0) {
      const hot = Array.from({ length: hotNames }, () => random.pick(this.#words.known));
      this.#words = { ...this.#words, hot };
    }
    const message = random.onceIn(8) ? this.#seed() : makeQuery(random, this.#words);
    if (random.onceIn(2)) return message;
    if (random.onceIn(40)) return random.octets(random.below(80));
    return mutate(random, message, random.onceIn(2) ? message : this.#seed());
  }

  #seed(): Buffer {
    return this.random.pick(this.#seeds).message;
  }
}

/** Asks a world, in this process, whatever comes to mind, and changes it meanwhile. The same seed does the same again. */
export class MessageFuzz {
  readonly #world: World;
  readonly #maker: MessageMaker;
  readonly #random: Random;
  #count = 0;

  constructor(world: World, seed: number, seeds: readonly Seed[]) {
    this.#world = world;
    this.#random = new Random(seed);
    this.#maker = new MessageMaker(this.#random, world, seeds);
  }

  /** Inputs so far. */
  get count(): number {
    return this.#count;
  }

  /** Tries so many inputs; stops at the first that is answered wrongly. */
  async run(count: number): Promise<Finding | undefined> {
    const random = this.#random;
    for (let left = count; left > 0; left -= 1) {
      this.#count += 1;
      if (this.#count === syncedAfter) this.#world.sync();
      if (random.onceIn(200)) this.#world.change(random);
      const input = this.#maker.next();
      const transport = random.onceIn(4) ? random.pick(transports) : "udp";
      const address = random.pick(addresses);
      // What was asked before may be kept; what is kept has to be just as right.
      for (let times = random.onceIn(4) ? 2 : 1; times > 0; times -= 1) {
        const problem = await ask(this.#world, { message: input, transport, address });
        if (problem !== undefined) return { input, transport, address, problem };
      }
    }
    return undefined;
  }
}

/** Every way and everybody that messages come from. */
export const transports: readonly Transport[] = ["udp", "tcp", "tls", "https"];

/** Asks each seed in every way, twice: the second answer may be one that was kept. */
export async function runSeeds(world: World, seeds: readonly Seed[]): Promise<Finding | undefined> {
  for (const { name, message } of seeds) {
    for (const transport of [...transports, ...transports]) {
      for (const address of new Set(addresses)) {
        const problem = await ask(world, { message, transport, address });
        if (problem !== undefined) return { input: message, transport, address, problem: `${name}: ${problem}` };
      }
    }
  }
  return undefined;
}

/** Asks once and tells what was wrong with the answer. */
export async function ask(
  { serving, model }: World,
  { message, transport, address }: { message: Buffer; transport: Transport; address: string },
): Promise<string | undefined> {
  const before = Buffer.from(message);
  let answer: ReturnType<typeof serving.respond>;
  try {
    answer = serving.respond(message, transport, address);
  } catch (error) {
    return `it throws: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const [only, ...others] = answer instanceof Promise ? await answer : [answer];
  if (others.length > 0) return `there are ${1 + others.length} answers`;
  if (!before.equals(message)) return "the query was written to";
  return problemOf({ message, transport, address, answer: only }, model);
}
