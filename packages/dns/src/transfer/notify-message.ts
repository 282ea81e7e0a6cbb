import { randomFillSync } from "node:crypto";
import { byteAt, putBinary, putShort, shortAt } from "../wire/bytes.ts";
import { classIn, headerSize, types } from "../wire/constants.ts";
import { encodeRecord, questionName } from "../wire/record.ts";
import type { Zone } from "../zone/zone.ts";

/** Opcode 4 and AA. Source: RFC 1996 §3.3, §4.5. */
const notifyFlags = 0x2400;

/** Octets of type and class in a question. */
const questionTail = 4;

/** Tells that a zone has another version, and which: the SOA record lets the other side see that it has it already. */
export function composeNotify(zone: Zone): Buffer {
  const { wire, ttlSeconds } = zone;
  const [soa] = zone.apex();
  const data = soa?.records[0] ?? "";
  const record = encodeRecord(questionName, { type: types.SOA, ttlSeconds, data });
  const end = headerSize + wire.length + 1 + questionTail;
  const message = Buffer.alloc(end + record.length);
  randomFillSync(message, 0, 2);
  putShort(message, 2, notifyFlags);
  putShort(message, 4, 1);
  putShort(message, 6, 1);
  wire.copy(message, headerSize);
  putShort(message, end - 4, types.SOA);
  putShort(message, end - 2, classIn);
  putBinary(message, end, record);
  return message;
}

/** The response code with which this message answers that NOTIFY, or undefined where it is something else. */
export function readNotifyAnswer(message: Buffer, notify: Buffer): number | undefined {
  const isAnswer = message.length >= headerSize && (byteAt(message, 2) & 0xf8) === 0xa0;
  return isAnswer && shortAt(message, 0) === shortAt(notify, 0) ? byteAt(message, 3) & 0x0f : undefined;
}
