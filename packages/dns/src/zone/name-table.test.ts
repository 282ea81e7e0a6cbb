import { expect } from "chai";
import { Epochs } from "./epochs.ts";
import { NameTable, setOf } from "./name-table.ts";
import { wireName } from "../wire/name.ts";

const at = (name: string): string => wireName(name) ?? "";
const record = (data: string, type = 1): { type: number; data: string } => ({ type, data });

describe("NameTable", () => {
  it("D24 knows a name while there is something at it or below it", () => {
    const table = new NameTable();
    table.add(at("web-0.nginx.default.svc"), record("a"));
    for (const name of ["web-0.nginx.default.svc", "nginx.default.svc", "default.svc", "svc"]) {
      expect(table.find(at(name)), name).not.to.equal(undefined);
    }
    expect(table.find(at("nginx.default.svc"))?.sets).to.deep.equal([]);
    expect(table.find(at("web-1.nginx.default.svc"))).to.equal(undefined);
    table.remove(at("web-0.nginx.default.svc"), record("a"));
    expect([...table.entries()]).to.deep.equal([]);
  });

  it("keeps a name that still has another record, another type or another name below", () => {
    const table = new NameTable();
    table.add(at("x.svc"), record("a"));
    table.add(at("x.svc"), record("b"));
    table.add(at("x.svc"), record("c", 28));
    table.add(at("y.x.svc"), record("d"));
    table.remove(at("x.svc"), record("a"));
    expect(setOf(table.find(at("x.svc"))?.sets ?? [], 1)?.records).to.deep.equal(["b"]);
    table.remove(at("x.svc"), record("b"));
    expect(setOf(table.find(at("x.svc"))?.sets ?? [], 1)).to.equal(undefined);
    expect(setOf(table.find(at("x.svc"))?.sets ?? [], 28)?.records).to.deep.equal(["c"]);
    table.remove(at("x.svc"), record("c", 28));
    expect(table.find(at("x.svc"))).not.to.equal(undefined);
    table.remove(at("y.x.svc"), record("d"));
    expect(table.size).to.equal(0);
  });

  it("knows a name that was said to exist until that is taken back as often", () => {
    const table = new NameTable();
    table.hold(at("default.svc"));
    table.hold(at("default.svc"));
    table.release(at("default.svc"));
    expect(table.find(at("svc"))).not.to.equal(undefined);
    table.release(at("default.svc"));
    expect(table.size).to.equal(0);
  });

  it("counts the records, each once however often it is said", () => {
    const table = new NameTable();
    for (const data of ["a", "b", "b"]) table.add(at("x.svc"), record(data));
    table.add(at("y.svc"), record("a", 28));
    expect(table.recordCount).to.equal(3);
    table.remove(at("x.svc"), record("b"));
    table.remove(at("x.svc"), record("c"));
    expect(table.recordCount).to.equal(3);
    for (const data of ["a", "b"]) table.remove(at("x.svc"), record(data));
    table.remove(at("y.svc"), record("a", 28));
    expect([table.recordCount, table.size]).to.deep.equal([0, 0]);
  });

  it("is not troubled by taking away what is not there", () => {
    const table = new NameTable();
    table.remove(at("a.b"), record("x"));
    table.release(at("a.b"));
    table.add(at("a.b"), record("x"));
    table.remove(at("a.b"), record("y"));
    table.remove(at("a.b"), record("x", 28));
    expect(setOf(table.find(at("a.b"))?.sets ?? [], 1)?.records).to.deep.equal(["x"]);
  });

  it("leaves the sets of other names as they are", () => {
    const table = new NameTable();
    table.add(at("web-0.nginx.default.svc"), record("a"));
    const before = table.find(at("web-0.nginx.default.svc"))?.sets[0];
    table.add(at("web-1.nginx.default.svc"), record("b"));
    table.remove(at("web-1.nginx.default.svc"), record("b"));
    expect(table.find(at("web-0.nginx.default.svc"))?.sets[0]).to.equal(before);
  });

  it("tells a name of every change at it and below it, and of no other", () => {
    const epochs = new Epochs();
    const table = new NameTable(epochs);
    table.add(at("web-0.nginx.default.svc"), record("a"));
    table.add(at("x.other.default.svc"), record("a"));
    const counts = (): readonly number[] =>
      ["web-0.nginx", "web-1.nginx", "nginx", "other"].map((name) =>
        epochs.at(epochs.slotOf(at(`${name}.default.svc`))),
      );
    const before = counts();
    const isMoved = (): readonly boolean[] => counts().map((count, index) => count !== before[index]);
    table.add(at("web-1.nginx.default.svc"), record("b"));
    expect(isMoved()).to.deep.equal([false, true, true, false]);
    table.remove(at("x.other.default.svc"), record("a"));
    expect(isMoved()).to.deep.equal([false, true, true, true]);
  });
});
