import type { VolumeSnapshot, VolumeSnapshotClass, VolumeSnapshotContent } from "@ordinal/api";
import { expect } from "chai";
import { snapshotClassTable, snapshotContentTable, snapshotTable } from "./snapshots.ts";

const nowMs = Date.UTC(2026, 0, 1, 0, 1, 0);
const creationTimestamp = "2026-01-01T00:00:00Z";
const metadata = { name: "x", uid: "u", resourceVersion: "1", creationTimestamp };
const driver = "rancher.io/local-path";

describe("tables of snapshots", () => {
  it("S38 have the columns of the published definitions", () => {
    const names = (columns: readonly { readonly name: string }[]): string =>
      columns.map(({ name }) => name.toUpperCase()).join(" ");
    expect(names(snapshotTable.columns)).to.equal(
      "NAME READYTOUSE SOURCEPVC SOURCESNAPSHOTCONTENT RESTORESIZE SNAPSHOTCLASS SNAPSHOTCONTENT CREATIONTIME AGE",
    );
    expect(names(snapshotContentTable.columns)).to.equal(
      "NAME READYTOUSE RESTORESIZE DELETIONPOLICY DRIVER VOLUMESNAPSHOTCLASS VOLUMESNAPSHOT VOLUMESNAPSHOTNAMESPACE AGE",
    );
    expect(names(snapshotClassTable.columns)).to.equal("NAME DRIVER DELETIONPOLICY AGE");
  });

  it("S38 show a snapshot before and after it is made", () => {
    const fresh = { metadata, spec: { source: { persistentVolumeClaimName: "data" } } } as VolumeSnapshot;
    expect(snapshotTable.cells(fresh, nowMs)).to.deep.equal(["x", null, "data", null, null, null, null, null, "60s"]);
    const status = {
      readyToUse: true,
      restoreSize: "1Gi",
      boundVolumeSnapshotContentName: "c",
      creationTime: creationTimestamp,
    };
    const spec = { source: { volumeSnapshotContentName: "c" }, volumeSnapshotClassName: "local-path" };
    expect(snapshotTable.cells({ ...fresh, spec, status }, nowMs)).to.deep.equal([
      "x",
      true,
      null,
      "c",
      "1Gi",
      "local-path",
      "c",
      "60s",
      "60s",
    ]);
  });

  it("S38 show contents and classes", () => {
    const content = {
      metadata,
      spec: {
        deletionPolicy: "Delete",
        driver,
        source: { volumeHandle: "v" },
        volumeSnapshotRef: { name: "s", namespace: "n" },
      },
      status: { readyToUse: false, restoreSize: 1024 },
    } as VolumeSnapshotContent;
    expect(snapshotContentTable.cells(content, nowMs)).to.deep.equal([
      "x",
      false,
      1024,
      "Delete",
      driver,
      null,
      "s",
      "n",
      "60s",
    ]);
    const snapshotClass = { metadata, driver, deletionPolicy: "Retain" } as VolumeSnapshotClass;
    expect(snapshotClassTable.cells(snapshotClass, nowMs)).to.deep.equal(["x", driver, "Retain", "60s"]);
  });
});
