import { readMessages, type Field, type Message } from "./messages.ts";
import { readFields, WireError } from "./wire.ts";

/** What a protobuf body holds, as JSON would have it. */
export interface Decoded {
  readonly apiVersion: string;
  readonly kind: string;
  readonly value: Readonly<Record<string, unknown>>;
}

type JsonObject = Record<string, unknown>;

const magic = Buffer.from("k8s\0");

let messages: ReadonlyMap<string, Message> | undefined;

/**
 * Reads a body of type `application/vnd.kubernetes.protobuf`: the magic, then `runtime.Unknown` around the message.
 * Throws WireError when it is none, or of a kind that is not in the table. Source: apimachinery `serializer/protobuf`.
 */
export function decodeProtobuf(body: Buffer): Decoded {
  if (!body.subarray(0, magic.length).equals(magic)) throw new WireError("the body does not start with k8s\\0");
  const unknown = decodeMessage(body.subarray(magic.length), envelope);
  const { apiVersion = "", kind = "" } = (unknown["typeMeta"] ?? {}) as { apiVersion?: string; kind?: string };
  messages ??= readMessages();
  const message = messages.get(kind);
  if (message === undefined) throw new WireError(`no fields are known for ${apiVersion} ${kind}; send it as JSON`);
  const raw = base64Bytes(unknown["raw"]);
  return { apiVersion, kind, value: { apiVersion, kind, ...decodeMessage(raw, message) } };
}

const scalar = (name: string, type: string): Field => ({ name, shape: "one", type, keepsZero: true });

const envelope: Message = new Map([
  [1, scalar("typeMeta", "TypeMeta")],
  [2, scalar("raw", "bytes")],
]);

/** Messages whose JSON is no object of their fields, or that are part of the envelope. */
const own: Readonly<Record<string, Message>> = {
  TypeMeta: new Map([
    [1, scalar("apiVersion", "string")],
    [2, scalar("kind", "string")],
  ]),
  Time: new Map([
    [1, scalar("seconds", "int")],
    [2, scalar("nanos", "int")],
  ]),
  Quantity: new Map([[1, scalar("string", "string")]]),
  IntOrString: new Map([
    [1, scalar("type", "int")],
    [2, scalar("intVal", "int")],
    [3, scalar("strVal", "string")],
  ]),
  RawExtension: new Map([[1, scalar("raw", "bytes")]]),
  ExtraValue: new Map([[1, { name: "items", shape: "list", type: "string", keepsZero: true }]]),
};

function decodeMessage(bytes: Buffer, message: Message): JsonObject {
  const result: JsonObject = {};
  for (const { number, value } of readFields(bytes)) {
    const field = message.get(number);
    if (field !== undefined) put(result, field, value);
  }
  return result;
}

function put(result: JsonObject, field: Field, wire: bigint | Buffer): void {
  const { name, shape, type, keepsZero } = field;
  if (shape === "map" && name !== undefined) {
    const [key, value] = decodeEntry(wire, type);
    result[name] = { ...(result[name] as JsonObject | undefined), [key]: value };
    return;
  }
  const value = decodeValue(wire, type);
  if (name === undefined) Object.assign(result, value);
  else if (shape === "list") result[name] = [...((result[name] as unknown[] | undefined) ?? []), value];
  else if (value !== undefined && (keepsZero || !isZero(value))) result[name] = value;
}

/** A map is a list of messages with a key (1) and a value (2); an absent value is the type's zero. */
function decodeEntry(wire: bigint | Buffer, type: string): readonly [key: string, value: unknown] {
  let key = "";
  let value: unknown;
  for (const field of readFields(asBytes(wire))) {
    if (field.number === 1) key = asBytes(field.value).toString("utf8");
    if (field.number === 2) value = decodeValue(field.value, type);
  }
  return [key, value ?? decodeValue(Buffer.alloc(0), type)];
}

function decodeValue(wire: bigint | Buffer, type: string): unknown {
  switch (type) {
    case "string":
      return asBytes(wire).toString("utf8");
    case "int":
      return Number(BigInt.asIntN(64, asNumber(wire)));
    case "bool":
      return asNumber(wire) !== 0n;
    case "bytes":
      return asBytes(wire).toString("base64");
    case "Time":
    case "MicroTime":
      return timeOf(decodeOwn(wire, "Time"), type === "Time" ? 0 : 6);
    case "Quantity":
      return decodeOwn(wire, type)["string"] ?? "0";
    case "IntOrString":
      return intOrString(decodeOwn(wire, type));
    case "RawExtension":
    case "FieldsV1":
      return rawJson(decodeOwn(wire, "RawExtension"));
    case "ExtraValue":
      return decodeOwn(wire, type)["items"] ?? [];
    case "TypeMeta":
      return decodeOwn(wire, type);
    default:
      return decodeMessage(asBytes(wire), messageOf(type));
  }
}

function decodeOwn(wire: bigint | Buffer, type: string): JsonObject {
  return decodeMessage(asBytes(wire), own[type] ?? new Map<number, Field>());
}

function messageOf(type: string): Message {
  messages ??= readMessages();
  const message = messages.get(type);
  if (message === undefined) throw new WireError(`no fields are known for ${type}`);
  return message;
}

/** An absent time is no time at all: JSON would have null there. */
function timeOf({ seconds, nanos }: JsonObject, fractionDigits: 0 | 6): string | undefined {
  if (typeof seconds !== "number") return undefined;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (fractionDigits === 0) return `${whole}Z`;
  return `${whole}.${String(Math.trunc(Number(nanos ?? 0) / 1000)).padStart(fractionDigits, "0")}Z`;
}

function intOrString({ type, intVal, strVal }: JsonObject): unknown {
  return type === 1 ? (strVal ?? "") : (intVal ?? 0);
}

function rawJson({ raw }: JsonObject): unknown {
  if (raw === undefined) return undefined;
  try {
    return JSON.parse(base64Bytes(raw).toString("utf8"));
  } catch (error) {
    throw new WireError("an embedded object is not JSON", { cause: error });
  }
}

function base64Bytes(text: unknown): Buffer {
  return Buffer.from(typeof text === "string" ? text : "", "base64");
}

function isZero(value: unknown): boolean {
  return value === "" || value === 0 || value === false;
}

function asBytes(wire: bigint | Buffer): Buffer {
  if (typeof wire === "bigint") throw new WireError("a number stands where text or a message belongs");
  return wire;
}

function asNumber(wire: bigint | Buffer): bigint {
  if (typeof wire !== "bigint") throw new WireError("text or a message stands where a number belongs");
  return wire;
}
