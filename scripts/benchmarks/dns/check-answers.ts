import { ask, type Heard } from "./ask.ts";
import type { Contestant } from "./contestants.ts";
import type { BenchNames } from "./names.ts";
import { kinds, queriesOf, type Kind } from "./queries.ts";

const samples = 10;

/** What a server does otherwise than it is asked, in words; nothing is expected of an echo. */
export async function flawsOf({ name, port }: Contestant, names: BenchNames): Promise<readonly string[]> {
  if (name.includes("echo")) return [];
  const flaws = new Set<string>();
  for (const kind of kinds) {
    for (const query of queriesOf(kind, names, samples)) {
      const flaw = flawIn(kind, await ask(port, query));
      if (flaw !== undefined) flaws.add(flaw);
    }
  }
  return [...flaws];
}

function flawIn(kind: Kind, heard: Heard | undefined): string | undefined {
  if (heard === undefined) return `does not answer ${kind}`;
  const { rcode, answers, authorities, additionals } = heard;
  const wanted = kind === "NXDOMAIN" ? { rcode: 3, answers: 0 } : { rcode: 0, answers: kind === "SRV" ? 3 : 1 };
  if (rcode !== wanted.rcode || answers !== wanted.answers) {
    return `answers ${kind} with rcode ${rcode} and ${answers} records instead of ${wanted.rcode} and ${wanted.answers}`;
  }
  if (kind === "NXDOMAIN" && authorities === 0) return "sends no SOA with NXDOMAIN, so its answer is smaller";
  if (kind === "SRV" && additionals < 6) return `sends ${additionals} of the targets' 6 addresses with SRV`;
  return undefined;
}
