import { rm } from "node:fs/promises";
import { expect } from "chai";
import { temporaryDirectory } from "../runtime.fixture.ts";
import { chooseRuntime } from "./choose-runtime.ts";
import type { HostFacts, RuntimeChoice } from "./choose-runtime.ts";
import { probeHost } from "./probe-host.ts";

const good: HostFacts = { platform: "linux", isRoot: true, missingPrograms: [] };
const because = "sandboxes are not possible here: ";

describe("chooseRuntime", () => {
  const cases: readonly (readonly [string, "auto" | "sandbox" | "process", HostFacts, RuntimeChoice])[] = [
    [
      "root on Linux",
      "auto",
      good,
      { ok: true, kind: "sandbox", reason: "root on Linux with namespaces and overlays" },
    ],
    ["a user", "auto", { ...good, isRoot: false }, { ok: true, kind: "process", reason: `${because}they need root` }],
    [
      "macOS",
      "auto",
      { ...good, platform: "darwin" },
      { ok: true, kind: "process", reason: `${because}they need Linux, and this is darwin` },
    ],
    [
      "no iproute2",
      "auto",
      { ...good, missingPrograms: ["ip"] },
      { ok: true, kind: "process", reason: `${because}there is no ip (Debian: util-linux, mount, iproute2)` },
    ],
    [
      "no overlays",
      "auto",
      { ...good, overlayError: "mount: wrong fs type" },
      { ok: true, kind: "process", reason: `${because}there can be no copy-on-write view of /: mount: wrong fs type` },
    ],
    [
      "root, asked for processes",
      "process",
      good,
      { ok: true, kind: "process", reason: "asked for with --runtime process" },
    ],
    [
      "root, asked for sandboxes",
      "sandbox",
      good,
      { ok: true, kind: "sandbox", reason: "asked for with --runtime sandbox" },
    ],
    [
      "no namespaces, asked for sandboxes",
      "sandbox",
      { ...good, namespaceError: "unshare failed: Operation not permitted" },
      {
        ok: false,
        message:
          "--runtime sandbox is not possible here: namespaces cannot be made: unshare failed: Operation not permitted",
      },
    ],
  ];
  for (const [host, wanted, facts, expected] of cases) {
    it(`with ${host}, says ${expected.ok ? expected.kind : "no"}`, () =>
      expect(chooseRuntime(wanted, facts)).to.deep.equal(expected));
  }
});

describe("probeHost", () => {
  it("finds out about this machine, and leaves nothing", async () => {
    const directory = await temporaryDirectory();
    const facts = await probeHost(directory);
    expect(facts.platform).to.equal(process.platform);
    expect(facts.isRoot).to.equal(process.getuid?.() === 0);
    await rm(directory, { recursive: true });
  });
});
