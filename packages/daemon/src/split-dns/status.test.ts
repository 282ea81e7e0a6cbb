import { expect } from "chai";
import type { NameCheck } from "./check-names.ts";
import type { Installed } from "./installed.ts";
import { aTarget } from "./scratch-host.fixture.ts";
import { judge, type SplitDnsFindings } from "./status.ts";

const installed: Installed = {
  state: "installed",
  resolver: "dnsmasq",
  target: aTarget(),
  dataDir: "/data",
  files: [{ path: "/etc/dnsmasq.d/ordinal.conf", text: "", mode: 0o644 }],
  madeDirectories: [],
  undoCommands: [],
};
const answered = { is: "answered", addresses: ["10.96.0.1"] } as const;
const silent = { is: "failed", why: "nobody answers there" } as const;
const name = "kubernetes.default.svc.cluster.local";
const found: NameCheck = { name, direct: answered, byHost: ["10.96.0.1"] };

const good: SplitDnsFindings = {
  installed,
  damaged: [],
  served: aTarget(),
  isRunning: true,
  health: "ready: OK",
  server: answered,
  checks: [found],
  notes: ["something is in the way"],
};

describe("judge", () => {
  it("D58 finds everything well", () => {
    expect(judge(good)).to.deep.equal({
      isGood: true,
      lines: [
        "dnsmasq of this host asks 127.0.0.1:10053 for cluster.local and the reverse names of its addresses.",
        "  file      /etc/dnsmasq.d/ordinal.conf",
        "  DNS       127.0.0.1:10053: answers",
        "  health    ready: OK",
        `  lookup    ${name}: 10.96.0.1, as DNS says`,
      ],
    });
  });

  const cases: readonly (readonly [title: string, findings: Partial<SplitDnsFindings>, says: RegExp])[] = [
    ["nothing installed", { installed: undefined, checks: [] }, /not set up[^]*ordinal dns install$/],
    ["an install cut off", { installed: { ...installed, state: "changing" } }, /cut off.*ordinal dns uninstall$/],
    ["a file that is gone", { damaged: ["/etc/dnsmasq.d/ordinal.conf"] }, /not as it was written.*install$/],
    [
      "a daemon at another port",
      { served: aTarget({ servers: [{ host: "127.0.0.1", port: 1 }] }) },
      /now answers at 127\.0\.0\.1:1 .*ordinal dns install$/,
    ],
    [
      "a daemon that is stopped",
      { isRunning: false, server: silent, checks: [{ name, direct: silent, byHost: [] }] },
      /not running, so its names do not resolve; all others do.*ordinal start$/,
    ],
    [
      "a daemon whose DNS is silent",
      { server: silent, checks: [{ name, direct: silent, byHost: [] }] },
      /nobody answers there\. Its log: ordinal logs dns$/,
    ],
    [
      "a host that does not find the name",
      { checks: [{ name, direct: answered, byHost: [] }] },
      /note {6}something is in the way[^]*the host does not find kubernetes/,
    ],
    [
      "a host that finds something else",
      { checks: [{ name, direct: answered, byHost: ["192.0.2.1"] }] },
      /does not find/,
    ],
  ];
  for (const [title, findings, says] of cases) {
    it(`D58 names ${title}, and the remedy`, () => {
      const verdict = judge({ ...good, ...findings });
      expect(verdict.isGood).to.equal(false);
      expect(verdict.lines.join("\n")).to.match(says);
    });
  }

  it("D58 compares nothing with the daemon where a server was named by hand", () => {
    const other = { ...installed, dataDir: undefined };
    expect(judge({ ...good, installed: other, served: aTarget({ zones: ["other.example"] }) }).isGood).to.equal(true);
  });
});
