/** What came of asking an upstream once. */
export type Exchanged =
  | { readonly is: "answered"; readonly message: Buffer }
  /** Something came that only a connection can tell from a forgery. */
  | { readonly is: "doubtful" }
  | { readonly is: "failed"; readonly reason: string };

/** One way to ask an upstream. */
export interface Exchange {
  /** Never rejects. Takes over the query: it may be given another id. */
  ask(query: Buffer, timeoutMs: number): Promise<Exchanged>;
  /** Ends what is under way, as failed. */
  stop(): void;
}
