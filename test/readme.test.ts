import { expect } from "chai";
import { kubectlProblem } from "../scripts/rig/kubectl.ts";
import { Machine, machineProblem, programPath } from "../scripts/rig/machine.ts";
import { shellBlocks, Walk } from "../scripts/rig/walk.ts";

/** A line of a block, and what the block must show. */
type Shows = readonly [line: string, ...patterns: readonly RegExp[]];

const podAddress = String.raw`10\.244\.\d+\.\d+`;

const pages: readonly (readonly [page: string, section: string, ...shows: readonly Shows[]])[] = [
  [
    "README.md",
    "## A walk of five minutes",
    [
      'kubectl create -f "$walk/svc.yaml"',
      /^service\/nginx created$/m,
      /^nginx +ClusterIP +None +<none> +80\/TCP/m,
      /^web +2\/2/m,
      /^web-0 +1\/1 +Running +0.*\nweb-1 +1\/1 +Running +0/m,
    ],
    ["sh -c hostname", /^web-0\nweb-1\n/, /^www-web-0 +Bound/m, /^www-web-1 +Bound/m, /Bound +default\/www-web-1/],
    ["nslookup -port=10053", new RegExp(`^(${podAddress})\\n\\1\\n[^]*Address: \\1\\n`)],
    [
      "scripts/ordinal status",
      /^hello web-0\nhello web-1\nhello web-0\n/,
      /^default\/web-1 +Ready +web-1\.nginx\.default\.svc +[\d.]+ +localhost:\d+->80 +\S+_default_www-web-1$/m,
    ],
    [
      "nslookup web-0.nginx\n",
      new RegExp(`^Name:\\s+web-0\\.nginx\\.default\\.svc\\.cluster\\.local\\s+Address.*${podAddress}`, "m"),
    ],
    ["kubectl delete pod -l app=nginx", /^pod "web-1" deleted/m, /\nhello web-0\nhello web-1\n$/],
    ["--replicas=4", /^statefulset.apps\/web scaled$/m, /^www-web-3 +Bound/m],
    ["kill -9", new RegExp(`^${podAddress}\\nhello web-0\\n$`)],
    ["kubectl get pods -l app=nginx -o wide", /^web-0 +1\/1 +Running +0 .* ordinal /m],
    ["kubectl delete statefulset web", /^statefulset.apps "web" deleted/m, /^www-web-0 +Bound/m, /^www-web-3 +Bound/m],
    ["/manifests/", /\nhello web-0\nhello web-1\n/],
  ],
  ["docs/images.md", "## A profile of your own", ["kubectl run greeter", /^hello from greeter$/m]],
  [
    "docs/storage.md",
    "## Lose a volume and have it back",
    ["echo years of work", /^default +notes +Bound +local-path +\S+ +64Mi +\S+_default_notes$/m],
    ["kubectl delete pod/writer", /^notes-[0-9a-f]{12} +\d+s ago +default\/notes +64Mi /m],
    ["volumes restore notes", /^Restored to \S+_default_notes\n[^]*\nyears of work\n$/m],
    ["restore-from: latest", /^persistentvolumeclaim\/notes condition met\nyears of work\n$/m],
    ["prune --all", /^Removed 1 volume, /m],
  ],
  ["docs/manifests-folder.md", "# The manifests folder", ["notes.yaml", /^notes +1 /m]],
];

for (const [page, section, ...shows] of pages) {
  describe(`what ${page} says to type under ${section.replaceAll("#", "").trim()}`, function () {
    this.timeout(90_000);
    const blocks = shellBlocks(page, section);
    const missing = ["kubectl", "dig", "nslookup", "curl", "script"].find((each) => programPath(each) === undefined);
    const missingProgram = missing === undefined ? undefined : `needs the program ${missing}`;
    const problem = machineProblem() ?? missingProgram ?? kubectlProblem();
    let machine: Machine;
    let walk: Walk;

    before(async function () {
      if (problem !== undefined) {
        this["skipReason"] = problem;
        this.skip();
      }
      machine = await Machine.create();
      walk = new Walk(machine);
      if (!blocks.some(({ text }) => text.includes("scripts/start"))) {
        await walk.follow({ title: "", text: "scripts/start" });
      }
    });
    after(async () => {
      if (problem !== undefined) return;
      await walk.end();
      await machine.destroy();
    });
    afterEach(function () {
      if (this.currentTest?.state === "failed") process.stderr.write(walk.daemonOutput.slice(-2000));
    });

    it("has a block for everything that is looked for", () => {
      for (const [line] of shows) {
        expect(blocks.filter(({ text }) => `${text}\n`.includes(line)).length, line).to.equal(1);
      }
    });

    for (const block of blocks) {
      it(block.title, async () => {
        const shown = await walk.follow(block);
        for (const [line, ...patterns] of shows) {
          if (!`${block.text}\n`.includes(line)) continue;
          for (const pattern of patterns) expect(shown).to.match(pattern);
        }
      });
    }
  });
}
