import type { PersistentVolumeClaim } from "@ordinal/api";
import { expect } from "chai";
import { withDataSources } from "./data-source.ts";

const snapshot = { apiGroup: "snapshot.storage.k8s.io", kind: "VolumeSnapshot", name: "monday" };
const source = { kind: "PersistentVolumeClaim", name: "data" };
const other = { apiGroup: "example.org", kind: "Backup", name: "b" };

function specOf(spec: Partial<PersistentVolumeClaim["spec"]>, before?: Partial<PersistentVolumeClaim["spec"]>) {
  const claim = (each: object): PersistentVolumeClaim => ({ spec: each }) as PersistentVolumeClaim;
  const { dataSource, dataSourceRef } = withDataSources(claim(spec), before && claim(before)).spec;
  return [dataSource, dataSourceRef];
}

describe("what a claim is filled from", () => {
  it("S38 is said both ways, whichever one was written", () => {
    for (const each of [snapshot, source]) {
      expect(specOf({ dataSource: each })).to.deep.equal([each, each]);
      expect(specOf({ dataSourceRef: each })).to.deep.equal([each, each]);
    }
    expect(specOf({ dataSourceRef: other })).to.deep.equal([other, other]);
    expect(specOf({})).to.deep.equal([undefined, undefined]);
  });

  it("S38 keeps what was said twice, and what names a namespace", () => {
    expect(specOf({ dataSource: source, dataSourceRef: snapshot })).to.deep.equal([source, snapshot]);
    const elsewhere = { ...source, namespace: "elsewhere" };
    expect(specOf({ dataSourceRef: elsewhere })).to.deep.equal([undefined, elsewhere]);
  });

  it("S38 drops what dataSource never could name, but not from a claim that has it", () => {
    expect(specOf({ dataSource: other })).to.deep.equal([undefined, undefined]);
    expect(specOf({ dataSource: other }, { dataSourceRef: other })).to.deep.equal([other, other]);
  });
});
