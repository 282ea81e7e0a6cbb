/** How a query came. */
export type Transport = "udp" | "tcp" | "tls" | "https";

/**
 * From a message to the answer: at once on the hot path, `undefined` where there is to be none, or a promise of messages
 * for what takes time (forwarding) or more than one message (transfers). `address` is the asker's, as text. Never throws,
 * and the promise never rejects, whatever the message is.
 */
export type Respond = (
  message: Buffer,
  transport: Transport,
  address: string,
) => Buffer | undefined | Promise<readonly Buffer[]>;
