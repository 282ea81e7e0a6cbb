import { expect } from "chai";
import { decodeProtobuf } from "./decode.ts";
import { readMessages } from "./messages.ts";
import { WireError } from "./wire.ts";

describe("decodeProtobuf", () => {
  it("reads an object inside its envelope", () => {
    const metadata = bytes(
      1,
      Buffer.concat([text(1, "a"), bytes(11, entry("app", "web")), bytes(11, entry("empty", undefined))]),
    );
    const body = envelope("v1", "ConfigMap", Buffer.concat([metadata, bytes(2, entry("k", "v"))]));
    expect(decodeProtobuf(body)).to.deep.equal({
      apiVersion: "v1",
      kind: "ConfigMap",
      value: {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "a", labels: { app: "web", empty: "" } },
        data: { k: "v" },
      },
    });
  });

  it("drops the zeros Go writes, and keeps those that mean something", () => {
    const spec = Buffer.concat([number(1, 0), text(5, ""), number(8, 0), number(9, 0)]);
    const metadata = Buffer.concat([text(1, "web"), text(2, ""), text(5, ""), number(7, 0), bytes(8, Buffer.alloc(0))]);
    const { value } = decodeProtobuf(
      envelope("apps/v1", "StatefulSet", Buffer.concat([bytes(1, metadata), bytes(2, spec)])),
    );
    expect(value["metadata"]).to.deep.equal({ name: "web" });
    expect(value["spec"]).to.deep.equal({ replicas: 0, serviceName: "", revisionHistoryLimit: 0 });
  });

  it("writes bytes, times, quantities, numbers or names, and embedded objects as JSON does", () => {
    const secret = envelope("v1", "Secret", bytes(2, entry("k", Buffer.from([0xff, 0]))));
    expect(decodeProtobuf(secret).value["data"]).to.deep.equal({ k: "/wA=" });
    const dated = envelope("v1", "Namespace", bytes(1, bytes(8, time(1_767_225_600))));
    expect(decodeProtobuf(dated).value["metadata"]).to.deep.equal({ creationTimestamp: "2026-01-01T00:00:00Z" });
    const lease = envelope(
      "coordination.k8s.io/v1",
      "Lease",
      bytes(2, bytes(4, Buffer.concat([time(0), number(2, 5000)]))),
    );
    expect(decodeProtobuf(lease).value["spec"]).to.deep.equal({ renewTime: "1970-01-01T00:00:00.000005Z" });
    const port = (target: Buffer): Buffer => bytes(2, bytes(1, Buffer.concat([number(3, 80), bytes(4, target)])));
    const ports = (target: Buffer): unknown => decodeProtobuf(envelope("v1", "Service", port(target))).value["spec"];
    expect(ports(Buffer.concat([number(1, 0), number(2, 8080)]))).to.deep.equal({
      ports: [{ port: 80, targetPort: 8080 }],
    });
    expect(ports(Buffer.concat([number(1, 1), text(3, "web")]))).to.deep.equal({
      ports: [{ port: 80, targetPort: "web" }],
    });
    const claim = bytes(2, bytes(2, bytes(2, entry("storage", text(1, "1Gi")))));
    expect(decodeProtobuf(envelope("v1", "PersistentVolumeClaim", claim)).value["spec"]).to.deep.equal({
      resources: { requests: { storage: "1Gi" } },
    });
    const revision = bytes(2, text(1, '{"spec":1}'));
    expect(decodeProtobuf(envelope("apps/v1", "ControllerRevision", revision)).value["data"]).to.deep.equal({
      spec: 1,
    });
  });

  it("puts inlined messages where JSON has their fields", () => {
    const volume = Buffer.concat([text(1, "www"), bytes(2, bytes(1, text(1, "/srv")))]);
    const { value } = decodeProtobuf(envelope("v1", "Pod", bytes(2, bytes(1, volume))));
    expect(value["spec"]).to.deep.equal({ volumes: [{ name: "www", hostPath: { path: "/srv" } }] });
  });

  it("reads negative numbers", () => {
    const { value } = decodeProtobuf(envelope("v1", "DeleteOptions", number(1, -1)));
    expect(value["gracePeriodSeconds"]).to.equal(-1);
  });

  it("passes over fields it does not know", () => {
    const unknown = Buffer.concat([number(99, 7), text(98, "x"), Buffer.from([0x0d | 0, 1, 2, 3, 4])]);
    expect(decodeProtobuf(envelope("v1", "DeleteOptions", unknown)).value).to.deep.equal({
      apiVersion: "v1",
      kind: "DeleteOptions",
    });
  });

  it("refuses what is no protobuf, or of a kind it has no fields for", () => {
    const good = envelope("v1", "ConfigMap", bytes(1, text(1, "a")));
    expect(() => decodeProtobuf(Buffer.from("{}"))).to.throw(WireError, "k8s");
    expect(() => decodeProtobuf(good.subarray(0, -3))).to.throw(WireError);
    expect(() => decodeProtobuf(envelope("v1", "ConfigMap", Buffer.from([0x0f])))).to.throw(WireError, "wire type");
    expect(() => decodeProtobuf(envelope("v1", "ConfigMap", number(1, 5)))).to.throw(WireError, "a number stands");
    expect(() => decodeProtobuf(envelope("batch/v1", "Job", Buffer.alloc(0)))).to.throw(WireError, "batch/v1 Job");
    expect(() => decodeProtobuf(envelope("v1", "constructor", Buffer.alloc(0)))).to.throw(WireError);
  });

  it("survives every truncation and every changed byte", () => {
    const good = envelope("v1", "ConfigMap", Buffer.concat([bytes(1, text(1, "a")), bytes(2, entry("k", "v"))]));
    for (let index = 0; index < good.length; index += 1) {
      expectWireErrorAtMost(good.subarray(0, index));
      for (const byte of [0, 1, 0x7f, 0x80, 0xff]) {
        const changed = Buffer.from(good);
        changed[index] = byte;
        expectWireErrorAtMost(changed);
      }
    }
  });
});

describe("readMessages", () => {
  it("knows every message that another one names", () => {
    const messages = readMessages();
    const special = [
      "string",
      "int",
      "bool",
      "bytes",
      "Time",
      "MicroTime",
      "Quantity",
      "IntOrString",
      "RawExtension",
      "FieldsV1",
      "ExtraValue",
    ];
    for (const [name, message] of messages) {
      expect(message.size, name).to.be.greaterThan(0);
      for (const { type } of message.values())
        expect(special.includes(type) || messages.has(type), `${name}: ${type}`).to.equal(true);
    }
  });
});

function expectWireErrorAtMost(body: Buffer): void {
  try {
    decodeProtobuf(body);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}

function envelope(apiVersion: string, kind: string, raw: Buffer): Buffer {
  const type = Buffer.concat([text(1, apiVersion), text(2, kind)]);
  return Buffer.concat([Buffer.from("k8s\0"), bytes(1, type), bytes(2, raw)]);
}

function entry(key: string, value: string | Buffer | undefined): Buffer {
  const second = value === undefined ? Buffer.alloc(0) : bytes(2, Buffer.from(value));
  return Buffer.concat([text(1, key), second]);
}

const time = (seconds: number): Buffer => number(1, seconds);
const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));
const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([varint((BigInt(field) << 3n) | 2n), varint(BigInt(value.length)), value]);
const number = (field: number, value: number): Buffer =>
  Buffer.concat([varint(BigInt(field) << 3n), varint(BigInt.asUintN(64, BigInt(value)))]);

function varint(value: bigint): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...out, Number(rest)]);
}
