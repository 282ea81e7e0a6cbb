import type { Readable } from "node:stream";

/** What a script said on its report: that the program is about to start, or why it does not. */
export type Report = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** Reads up to the line `ok`, or to the end when that never comes. */
export async function readReport(stream: Readable): Promise<Report> {
  const { promise, resolve } = Promise.withResolvers<Report>();
  let text = "";
  stream.on("data", (chunk: Buffer) => {
    text += chunk.toString("utf8");
    if (/^ok\n/m.test(text)) resolve({ ok: true });
  });
  stream.on("error", (error) => resolve({ ok: false, message: error.message }));
  stream.on("close", () => resolve({ ok: false, message: text.trim() }));
  return await promise;
}
