import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { worldKinds } from "../../packages/dns/src/fuzz/world.fixture.ts";

/** What a run does. */
export interface FuzzPlan {
  readonly seed: number;
  /** Of all parts together. */
  readonly inputs: number;
  /** Of all parts together; as long as it takes where it is undefined. */
  readonly minutes: number | undefined;
  /** The one part to run; all of them where it is undefined. */
  readonly only: string | undefined;
}

export type FuzzArguments =
  | { readonly is: "run"; readonly plan: FuzzPlan }
  | { readonly is: "one"; readonly input: Buffer }
  | { readonly is: "help" }
  | { readonly is: "wrong"; readonly why: string };

/** The names of the parts of a run, in their order: a server set up in several ways, what else reads messages, a real socket. */
export const parts: readonly string[] = [...worldKinds.map(({ name }) => name), "parsers", "sockets"];

const defaultInputs = 5_000_000;

export const usage = `usage: scripts/fuzz dns [flags]

Sends hostile messages to the DNS server, in this process and over sockets of 127.0.0.1, and judges every answer.
The same seed sends the same again. Ends with 1 at the first fault, which it says how to repeat.

  --seed N       where to begin (drawn, and printed, where it is left out)
  --inputs N     of all parts together (${defaultInputs}; without end when --minutes says when to end)
  --minutes N    ends after so long
  --only PART    one part alone: ${parts.join(", ")}
  --input HEX    tries one message alone, and prints what is answered`;

export function readFuzzArguments(args: readonly string[]): FuzzArguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        seed: { type: "string" },
        inputs: { type: "string" },
        minutes: { type: "string" },
        only: { type: "string" },
        input: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
    if (values.help === true) return { is: "help" };
    if (positionals.length !== 1 || positionals[0] !== "dns") return wrong("what to fuzz is missing: dns");
    if (values.input !== undefined) return readInput(values.input);
    const { only } = values;
    if (only !== undefined && !parts.includes(only)) return wrong(`--only ${only} is none of ${parts.join(", ")}`);
    const minutes = values.minutes === undefined ? undefined : numberOf("minutes", values.minutes);
    const inputs = values.inputs === undefined ? undefined : numberOf("inputs", values.inputs);
    const seed = values.seed === undefined ? randomInt(2 ** 31) : numberOf("seed", values.seed);
    return {
      is: "run",
      plan: { seed, minutes, only, inputs: inputs ?? (minutes === undefined ? defaultInputs : Infinity) },
    };
  } catch (error) {
    return wrong(error instanceof Error ? error.message : String(error));
  }
}

function readInput(text: string): FuzzArguments {
  if (!/^([\da-f]{2})*$/i.test(text)) return wrong("--input is not a message in hexadecimal digits");
  return { is: "one", input: Buffer.from(text, "hex") };
}

function numberOf(flag: string, text: string): number {
  const value = Number(text);
  if (!(value >= 0) || text.trim() === "" || (flag !== "minutes" && !Number.isSafeInteger(value))) {
    throw new Error(`--${flag} ${text} is not a number of ${flag}`);
  }
  return value;
}

function wrong(why: string): FuzzArguments {
  return { is: "wrong", why };
}
