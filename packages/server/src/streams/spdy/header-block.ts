import { constants, inflateRawSync } from "node:zlib";
import { hasCode } from "@ordinal/runtime";
import { headerDictionary } from "./dictionary.ts";
import { FrameError } from "./frames.ts";

/** Lower-case names to values; a name with several values has them joined by NUL, as on the wire. */
export type Headers = Readonly<Record<string, string>>;

/** Reads the compressed header blocks of one connection, which must come in order: each builds on those before. */
export interface HeaderDecoder {
  /** Throws FrameError when the block is broken or larger than allowed. */
  decode(block: Buffer): Headers;
}

/** Writes the header blocks of one connection, in order. */
export interface HeaderEncoder {
  encode(headers: Headers): Buffer;
}

/** How far back a zlib stream may refer. */
const windowBytes = 32_768;
/** The stream begins with two bytes of method and the four of the dictionary's checksum. Source: RFC 1950. */
const preamble = Buffer.from([0x78, 0xbb, 0xe3, 0xc6, 0xa7, 0xc2]);

/**
 * Every block ends with a zlib sync flush, so it can be inflated on its own once what came before is given as its
 * dictionary. That keeps the work synchronous, and lets zlib stop at a limit instead of unpacking a bomb.
 */
export function createHeaderDecoder({ maxBytes }: { readonly maxBytes: number }): HeaderDecoder {
  let isFirst = true;
  let window: Buffer = headerDictionary();

  function inflate(block: Buffer): Buffer {
    const body = isFirst ? withoutPreamble(block) : block;
    isFirst = false;
    try {
      return inflateRawSync(body, {
        dictionary: window,
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: maxBytes,
      });
    } catch (error) {
      const isTooLong = hasCode(error, "ERR_BUFFER_TOO_LARGE");
      throw new FrameError(isTooLong ? `headers are longer than ${maxBytes} bytes` : "headers cannot be unpacked", {
        cause: error,
      });
    }
  }

  return {
    decode(block) {
      const plain = inflate(block);
      window = Buffer.concat([window, plain]).subarray(-windowBytes);
      return readPairs(plain);
    },
  };
}

/** Packs nothing: stored blocks are valid zlib, and our few headers are short. */
export function createHeaderEncoder(): HeaderEncoder {
  let isFirst = true;
  return {
    encode(headers) {
      const start = isFirst ? [preamble] : [];
      isFirst = false;
      // The empty block at the end is the sync flush: readers hand on what they have only when they see one.
      return Buffer.concat([...start, storedBlock(writePairs(headers)), storedBlock(Buffer.alloc(0))]);
    },
  };
}

function withoutPreamble(block: Buffer): Buffer {
  if (block.subarray(2, 6).equals(preamble.subarray(2)) && ((block[1] ?? 0) & 0x20) !== 0) return block.subarray(6);
  throw new FrameError("the first headers do not begin a zlib stream with the SPDY/3 dictionary");
}

/** Source: RFC 1951, section 3.2.4. */
function storedBlock(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(~bytes.length & 0xffff, 3);
  return Buffer.concat([head, bytes]);
}

function readPairs(plain: Buffer): Headers {
  let offset = 0;
  const number = (): number => {
    if (offset + 4 > plain.length) throw new FrameError("headers end too early");
    offset += 4;
    return plain.readUInt32BE(offset - 4);
  };
  const text = (): string => {
    const length = number();
    if (offset + length > plain.length) throw new FrameError("headers end too early");
    offset += length;
    return plain.toString("utf8", offset - length, offset);
  };
  const count = number();
  const pairs: [string, string][] = [];
  while (pairs.length < count) pairs.push([text().toLowerCase(), text()]);
  return Object.fromEntries(pairs);
}

function writePairs(headers: Headers): Buffer {
  const pairs = Object.entries(headers);
  const texts = pairs.flat().map((text) => Buffer.from(text));
  return Buffer.concat([numberBytes(pairs.length), ...texts.flatMap((text) => [numberBytes(text.length), text])]);
}

function numberBytes(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
