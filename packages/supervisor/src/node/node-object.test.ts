import type { Node } from "@ordinal/api";
import { expect } from "chai";
import { readMachine } from "./machine.ts";
import { nodeDraft, nodeStatus, type NodeFacts } from "./node-object.ts";

const facts: NodeFacts = {
  name: "ordinal",
  address: "127.0.0.1",
  runtime: "sandbox",
  version: "0.1.0",
  nowMs: Date.UTC(2026, 0, 1),
  machine: {
    hostname: "laptop",
    cpus: 8,
    memoryBytes: 16 * 1024 ** 3,
    diskBytes: 1024 ** 4,
    kernelVersion: "6.18.0",
    osImage: "Debian GNU/Linux 12 (bookworm)",
    architecture: "amd64",
    operatingSystem: "linux",
    bootId: "boot",
    machineId: "machine",
  },
};

describe("K28 the Node", () => {
  it("carries the labels that volumes and users select by", () => {
    expect(nodeDraft(facts).metadata.labels).to.include({
      "kubernetes.io/hostname": "ordinal",
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
    });
  });

  it("has the machine's capacity and addresses", () => {
    const { capacity, allocatable, addresses, nodeInfo } = nodeStatus(facts, undefined);
    expect(capacity).to.deep.equal({
      cpu: "8",
      memory: "16777216Ki",
      "ephemeral-storage": "1073741824Ki",
      pods: "250",
    });
    expect(allocatable).to.deep.equal(capacity);
    expect(addresses).to.deep.equal([
      { type: "InternalIP", address: "127.0.0.1" },
      { type: "Hostname", address: "laptop" },
    ]);
    expect(nodeInfo?.containerRuntimeVersion).to.equal("ordinal-sandbox://0.1.0");
  });

  it("is Ready since it was, and beats now", () => {
    const lastTransitionTime = "2020-01-01T00:00:00Z";
    const conditions = [
      { type: "Ready", status: "True", lastTransitionTime },
      { type: "DiskPressure", status: "True", lastTransitionTime },
    ];
    const metadata = { name: "ordinal", uid: "u", resourceVersion: "1", creationTimestamp: "" };
    const before: Node = { apiVersion: "v1", kind: "Node", metadata, spec: {}, status: { conditions } };
    const after = nodeStatus(facts, before).conditions ?? [];
    const timesOf = (type: string) =>
      after
        .filter((each) => each.type === type)
        .map((each) => [each.status, each.lastTransitionTime, each.lastHeartbeatTime]);
    expect(timesOf("Ready")).to.deep.equal([["True", lastTransitionTime, "2026-01-01T00:00:00Z"]]);
    expect(timesOf("DiskPressure")).to.deep.equal([["False", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]]);
  });

  it("knows this machine", async () => {
    const machine = await readMachine("/");
    expect(machine.cpus).to.be.greaterThan(0);
    expect(machine.diskBytes).to.be.greaterThan(0);
    expect(machine.osImage).to.not.equal("");
  });
});
