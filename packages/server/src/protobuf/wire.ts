/** One field as it stands on the wire: a number for varints, bytes for everything with a length. */
export interface WireField {
  readonly number: number;
  readonly value: bigint | Buffer;
}

/** Thrown for bytes that are no protobuf message. */
export class WireError extends Error {
  override readonly name = "WireError";
}

/** Reads the fields of one message in order. Fixed-width numbers are skipped: no Kubernetes type we read has one. */
export function* readFields(bytes: Buffer): Generator<WireField> {
  let at = 0;

  function varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new WireError("a number is cut off");
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new WireError("a number is too long");
  }

  function take(length: number): Buffer {
    if (length > bytes.length - at) throw new WireError("a field is cut off");
    at += length;
    return bytes.subarray(at - length, at);
  }

  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    switch (Number(key & 7n)) {
      case 0:
        yield { number, value: varint() };
        break;
      case 1:
        take(8);
        break;
      case 2:
        yield { number, value: take(Number(varint())) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw new WireError(`unknown wire type ${key & 7n}`);
    }
  }
}
