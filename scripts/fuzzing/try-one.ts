import { ask, transports } from "../../packages/dns/src/fuzz/message-fuzz.fixture.ts";
import { World, worldKinds } from "../../packages/dns/src/fuzz/world.fixture.ts";

const addresses = ["127.0.0.1", "10.244.0.6"];

/** Tries one message in every way, prints what is answered over UDP, and tells whether all of it is right. */
export async function tryOne(message: Buffer): Promise<boolean> {
  const lines: string[] = [];
  const problems = new Set<string>();
  for (const kind of worldKinds) {
    const world = new World(kind);
    world.sync();
    const [answer] = [await world.serving.respond(Buffer.from(message), "udp", "127.0.0.1")].flat();
    lines.push(`${kind.name}: ${answer === undefined ? "no answer" : answer.toString("hex")}`);
    for (const transport of transports) {
      for (const address of addresses) {
        const problem = await ask(world, { message, transport, address });
        if (problem !== undefined) problems.add(`${kind.name}: ${problem}`);
      }
    }
  }
  console.log([...lines, ...problems].join("\n"));
  return problems.size === 0;
}
