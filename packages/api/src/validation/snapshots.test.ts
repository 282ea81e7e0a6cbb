import { expect } from "chai";
import { changeRefusals, refusals } from "./sentences.fixture.ts";

const source = { persistentVolumeClaimName: "data" };
const content = {
  spec: {
    deletionPolicy: "Delete",
    driver: "rancher.io/local-path",
    source: { volumeHandle: "pvc-1" },
    volumeSnapshotRef: { name: "monday", namespace: "default" },
  },
};
const withSpec = (spec: object) => ({ spec: { ...content.spec, ...spec } });
const one =
  'spec.source: Invalid value: "object": exactly one of volumeSnapshotContentName and persistentVolumeClaimName must be set';
const handle = 'spec.source: Invalid value: "object": exactly one of volumeHandle and snapshotHandle must be set';
const named =
  'spec.volumeSnapshotRef: Invalid value: "object": both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set';
const noPolicy = 'deletionPolicy: Unsupported value: "Recycle": supported values: "Delete", "Retain"';

describe("validation of snapshots", () => {
  it("S38 wants exactly one source, and a class that is not empty", () => {
    expect(refusals("volumesnapshots", { spec: { source } })).to.deep.equal([]);
    expect(refusals("volumesnapshots", {})).to.deep.equal(["spec: Required value"]);
    expect(refusals("volumesnapshots", { spec: {} })).to.deep.equal(["spec.source: Required value"]);
    expect(refusals("volumesnapshots", { spec: { source: {} } })).to.deep.equal([one]);
    const both = { ...source, volumeSnapshotContentName: "c" };
    expect(refusals("volumesnapshots", { spec: { source: both } })).to.deep.equal([one]);
    expect(refusals("volumesnapshots", { spec: { source, volumeSnapshotClassName: "" } })).to.deep.equal([
      'spec.volumeSnapshotClassName: Invalid value: "string": volumeSnapshotClassName must not be the empty string when set',
    ]);
  });

  it("S38 keeps the source as it is, but not the class", () => {
    const change = (spec: object) =>
      changeRefusals("volumesnapshots", { next: { spec }, before: { spec: { source } } });
    expect(change({ source, volumeSnapshotClassName: "local-path" })).to.deep.equal([]);
    expect(change({ source: { persistentVolumeClaimName: "other" } })).to.deep.equal([
      'spec.source.persistentVolumeClaimName: Invalid value: "string": persistentVolumeClaimName is immutable',
    ]);
    expect(change({ source: { volumeSnapshotContentName: "c" } })).to.deep.equal([
      'spec.source: Invalid value: "object": persistentVolumeClaimName is required once set',
    ]);
  });

  it("S38 wants of a content a driver, a policy, one source and whose it is", () => {
    expect(refusals("volumesnapshotcontents", content)).to.deep.equal([]);
    expect(refusals("volumesnapshotcontents", {})).to.deep.equal(["spec: Required value"]);
    expect(refusals("volumesnapshotcontents", withSpec({ deletionPolicy: "Recycle" }))).to.deep.equal([
      `spec.${noPolicy}`,
    ]);
    expect(refusals("volumesnapshotcontents", withSpec({ source: {}, driver: "" }))).to.deep.equal([
      "spec.driver: Required value",
      handle,
    ]);
    expect(refusals("volumesnapshotcontents", withSpec({ volumeSnapshotRef: { name: "monday" } }))).to.deep.equal([
      named,
    ]);
    const change = (spec: object) =>
      changeRefusals("volumesnapshotcontents", {
        next: withSpec(spec),
        before: withSpec({ sourceVolumeMode: "Block" }),
      });
    expect(change({ sourceVolumeMode: "Filesystem", source: { volumeHandle: "pvc-2" } })).to.deep.equal([
      'spec.source.volumeHandle: Invalid value: "string": volumeHandle is immutable',
      'spec.sourceVolumeMode: Invalid value: "string": sourceVolumeMode is immutable',
    ]);
    expect(change({})).to.deep.equal(['spec: Invalid value: "object": sourceVolumeMode is required once set']);
  });

  it("S38 wants of a class a driver and a policy", () => {
    const driver = "rancher.io/local-path";
    expect(refusals("volumesnapshotclasses", { driver, deletionPolicy: "Retain" })).to.deep.equal([]);
    expect(refusals("volumesnapshotclasses", { deletionPolicy: "Recycle" })).to.deep.equal([
      "driver: Required value",
      noPolicy,
    ]);
  });
});
