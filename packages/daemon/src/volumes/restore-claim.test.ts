import { expect } from "chai";
import { findEntry } from "./find-entry.ts";
import { planRestore, type RestoreWorld } from "./restore-claim.ts";
import { showBytes } from "./show-bytes.ts";
import { claimOf, classOf, entryOf } from "./volumes.fixture.ts";

const target = { namespace: "default", name: "web" };
const asked = { "ordinal.internal/restore-from": "web-1", "volume.kubernetes.io/selected-node": "ordinal" };

const plan = (world: Partial<RestoreWorld>) =>
  planRestore({
    entry: entryOf("web-1", "web"),
    target,
    existing: undefined,
    storageClass: classOf("local-path"),
    ...world,
  });

describe("restoring to a claim", () => {
  it("makes the claim as it was", () => {
    expect(plan({})).to.deep.equal({
      ok: true,
      value: {
        do: "create",
        claim: {
          metadata: { ...target, annotations: asked },
          spec: {
            accessModes: ["ReadWriteOncePod"],
            volumeMode: "Filesystem",
            storageClassName: "local-path",
            resources: { requests: { storage: "1Gi" } },
          },
        },
      },
    });
  });

  it("takes the claim that waits", () => {
    const existing = claimOf("web");
    const value = { do: "annotate", claim: existing, annotations: asked };
    expect(plan({ existing })).to.deep.equal({ ok: true, value });
  });

  it("refuses where a volume would be lost sight of, or cannot become one of the class", () => {
    const words = (world: Partial<RestoreWorld>): string => {
      const planned = plan(world);
      return planned.ok ? "" : planned.error;
    };
    const going = claimOf("web");
    const metadata = { ...going.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
    expect(words({ existing: { ...going, metadata } })).to.contain("is being deleted: wait until it is gone");
    expect(words({ existing: claimOf("web", { spec: { volumeName: "pvc-2" } }) })).to.contain(
      "has a volume already, pvc-2",
    );
    expect(words({ storageClass: undefined })).to.contain('there is no StorageClass "local-path" any more');
    expect(words({ storageClass: classOf("fast", "example.com/fast") })).to.contain("is one of example.com/fast");
  });

  it("finds an entry by its name, or the newest of a claim, if that is clear", () => {
    const entries = [
      entryOf("web-1", "web"),
      entryOf("web-2", "web"),
      entryOf("db-1", "db"),
      entryOf("db-2", "db", "other"),
    ];
    const found = (name: string): string => {
      const result = findEntry(name, entries);
      return result.ok ? result.value.record.entry : result.error;
    };
    expect(found("web")).to.equal("web-2");
    expect(found("web-1")).to.equal("web-1");
    expect(found("db-1")).to.equal("db-1");
    expect(found("db")).to.equal("claims db of default and other are in the trash: say which entry, or -n NAMESPACE");
    expect(found("x")).to.contain('neither an entry nor a claim "x"');
  });
});

describe("showBytes", () => {
  it("is short", () => {
    const shown = {
      0: "0",
      512: "512",
      4096: "4.0Ki",
      10_240: "10Ki",
      10_189: "10Ki",
      22_020_096: "21Mi",
      1_181_116_006: "1.1Gi",
    };
    for (const [bytes, text] of Object.entries(shown)) expect(showBytes(Number(bytes))).to.equal(text);
  });
});
