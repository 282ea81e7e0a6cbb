/** Structured values beside a message; no secret may ever be among them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Where parts send what happened. The daemon turns it into lines. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** A logger that adds these fields to every line; by convention `{ part: "dns" }`. */
  child(fields: Fields): Logger;
}

/** Drops everything. */
export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLogger,
};
