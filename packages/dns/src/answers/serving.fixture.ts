import { query, read, type QueryOptions, type Read } from "../message.fixture.ts";
import type { Fact } from "../records/fact.ts";
import type { RecordType } from "../records/record-types.ts";
import type { Respond, Transport } from "./respond.ts";
import { createServing, type Serving, type ServingParts, type ServingSettings } from "./serving.ts";

/** A fact in the words of `textOf`: `web-0.nginx.default.svc A 10.244.0.5`, `reverse: 5.0.244.10.in-addr.arpa PTR …`, a bare name. */
export function fact(text: string): Fact {
  const groups = /^(?:(?<tree>reverse|external|pods): )?(?<name>\S+)(?: (?<type>[A-Z]+) (?<data>.+))?$/.exec(
    text,
  )?.groups;
  if (groups === undefined) throw new Error(`${text} is no fact`);
  const { tree, name = "", type, data = "" } = groups;
  return {
    ...(tree === undefined ? {} : { tree: tree as "reverse" | "external" | "pods" }),
    name,
    ...(type === undefined ? {} : { record: { type: type as RecordType, data } }),
  };
}

export const defaults: ServingSettings = {
  zones: ["cluster.local"],
  ttlSeconds: 5,
  podNames: "verified",
  reverseRanges: [],
  externalZones: [],
  nameServers: ["10.96.0.10"],
  identity: { version: "Ordinal 1.2.3", hostname: "laptop" },
};

/** A synced server of `cluster.local` that says these facts. */
export function serve(
  facts: readonly string[],
  settings: Partial<ServingSettings> = {},
  parts: Partial<ServingParts> = {},
): Serving {
  const serving = createServing({ ...defaults, ...settings }, { isSynced: () => true, ...parts });
  serving.apply([], facts.map(fact));
  return serving;
}

export interface AskOptions extends QueryOptions {
  readonly over?: Transport;
  readonly address?: string;
}

/** Asks, such as `web-0.nginx A`, and reads the answer. Throws where there is none. */
export async function ask(respond: Respond, question: string, options: AskOptions = {}): Promise<Read> {
  const { over = "udp", address = "127.0.0.1" } = options;
  const [name = "", type = "A"] = question.split(" ");
  const answer = await respond(query(name, type, options), over, address);
  const message = Array.isArray(answer) ? (answer as readonly Buffer[])[0] : (answer as Buffer | undefined);
  if (message === undefined) throw new Error("there was no answer");
  return read(message);
}

/** `rcode flags`, then the records, `|` before the authority and `+` before the additional section. */
export function show({ rcode, flags, answer, authority, additional }: Read): string {
  const own = flags.split(" ").filter((flag) => flag !== "qr" && flag !== "rd");
  const sections = [
    answer,
    authority.length > 0 ? ["|", ...authority] : [],
    additional.length > 0 ? ["+", ...additional] : [],
  ];
  return [rcode, ...own, ...sections.flat()].join(" ");
}
