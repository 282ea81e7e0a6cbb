import { constants, createDeflate } from "node:zlib";
import { headerDictionary } from "./dictionary.ts";

/** Packs as the clients do: one zlib stream for the whole connection, flushed after every block. */
export function createPacker(): (plain: Buffer) => Promise<Buffer> {
  const deflate = createDeflate({ dictionary: headerDictionary(), level: 9 });
  const packed: Buffer[] = [];
  deflate.on("data", (chunk: Buffer) => packed.push(chunk));
  return async (plain) => {
    deflate.write(plain);
    await new Promise<void>((resolve) => deflate.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    return Buffer.concat(packed.splice(0));
  };
}

/** The headers before packing. */
export function plainBlock(headers: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(headers)
    .flat()
    .map((text) => Buffer.from(text));
  return Buffer.concat([number(Object.keys(headers).length), ...texts.flatMap((text) => [number(text.length), text])]);
}

function number(value: number): Buffer {
  return Buffer.from(value.toString(16).padStart(8, "0"), "hex");
}
