export interface Access {
  readonly address: string;
  readonly atMs: number;
  readonly method: string;
  /** As it was asked for, with the query. */
  readonly target: string;
  readonly httpVersion: string;
  readonly status: number;
  /** Bytes of the body that were sent. */
  readonly bytes: number;
  readonly referer?: string;
  readonly userAgent?: string;
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** One line in nginx's combined format, in UTC. */
export function accessLine(access: Access): string {
  const { address, atMs, method, target, httpVersion, status, bytes, referer = "-", userAgent = "-" } = access;
  const request = escape(`${method} ${target} HTTP/${httpVersion}`);
  return `${address} - - [${logTime(atMs)}] "${request}" ${status} ${bytes} "${escape(referer)}" "${escape(userAgent)}"`;
}

/** `10/Oct/2000:13:55:36 +0000`. */
function logTime(atMs: number): string {
  const iso = new Date(atMs).toISOString();
  const [year, month, day] = iso.slice(0, 10).split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${iso.slice(11, 19)} +0000`;
}

/** As nginx does it: quotes, backslashes and everything that could break the line, as \xXX. */
function escape(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return text.replaceAll(/["\\\u0000-\u001f\u007f-\uffff]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `\\x${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}
