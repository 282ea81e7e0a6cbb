import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Respond } from "../answers/respond.ts";
import { query } from "../message.fixture.ts";

/** What a process holds, in octets, once it has tidied up. */
export function heldMemory(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

let collect: (() => void) | undefined;

/** Twice: what is freed by finalizers is gone only then. */
function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
  }
  collect();
  collect();
}

/** Names enough that answers are kept in all the room there is for them; from then on that does not grow. */
const plenty = 300_000;
const digits = 6;

/** Behind the header and the length of the label. */
const firstDigit = 13;

/** Asks for names that are not there until as many answers are kept as ever are. */
export function fillAnswers(respond: Respond, zone: string): void {
  const message = query(`${"0".repeat(digits)}.${zone}`, "A");
  for (let index = 0; index < plenty; index += 1) {
    message.write(String(index).padStart(digits, "0"), firstDigit, "latin1");
    void respond(message, "udp", "127.0.0.1");
  }
}
