import { keyOf, type NameKey } from "./names.fixture.ts";

/** What is said about a query that is handed on: its own octets, turned into an answer. */
export function outsideAnswer(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8080 | (query.readUInt16BE(2) & 0x0100), 2);
  return answer;
}

const nowhere = keyOf("gone.example.com");

/** The records at a name outside: none at one of them, one address at every other. */
export function outsideRecords(
  name: NameKey,
  type: number,
): { readonly rcode: number; readonly records: readonly string[] } {
  if (name === nowhere) return { rcode: 3, records: [] };
  if (type !== 1) return { rcode: 0, records: [] };
  const fixed = Buffer.from([0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 33]).toString("latin1");
  return { rcode: 0, records: [`${name}\0${fixed}`] };
}
