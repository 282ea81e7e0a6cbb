import type { Transport } from "./respond.ts";

/** Who is asked about names outside our zones. */
export interface Outside {
  /** The whole answer to a well-formed query, for its asker. Never rejects: SERVFAIL where nobody answers. */
  ask(query: Buffer, transport: Transport): Promise<Buffer>;
  /**
   * The records of a type at a name (wire labels without the closing zero), whole, as octets in latin1 strings with nothing
   * compressed in them. Never rejects: SERVFAIL and no records where nobody answers.
   */
  resolve(name: string, type: number): Promise<{ readonly rcode: number; readonly records: readonly string[] }>;
}
