import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { eventually } from "../scripts/rig/eventually.ts";
import { Machine, machineProblem, programPath, projectDir } from "../scripts/rig/machine.ts";
import { PastedShell } from "../scripts/rig/pasted-shell.ts";

interface Block {
  /** The sentence above it. */
  readonly title: string;
  readonly text: string;
}

/** The blocks of shell lines in a section of README.md, with what is said right above each. */
function shellBlocks(section: string): readonly Block[] {
  const readme = readFileSync(join(projectDir, "README.md"), "utf8");
  const [, rest = ""] = readme.split(`\n## ${section}\n`);
  const [body = ""] = rest.split("\n## ");
  return [...body.matchAll(/(?<above>.*?)^```sh\n(?<text>.*?)\n```$/gms)].map(({ groups }) => ({
    title: groups?.["above"]?.trim().split("\n\n").at(-1)?.replaceAll("\n", " ") ?? "",
    text: groups?.["text"] ?? "",
  }));
}

const address = String.raw`10\.244\.\d+\.\d+`;

/** What a block that has this line must show. */
const shows: readonly (readonly [line: string, ...patterns: readonly RegExp[]])[] = [
  [
    'kubectl create -f "$walk/svc.yaml"',
    /^service\/nginx created$/m,
    /^nginx +ClusterIP +None +<none> +80\/TCP/m,
    /^web +2\/2/m,
    /^web-0 +1\/1 +Running +0.*\nweb-1 +1\/1 +Running +0/m,
  ],
  ["sh -c hostname", /^web-0\nweb-1\n/, /^www-web-0 +Bound/m, /^www-web-1 +Bound/m, /Bound +default\/www-web-1/],
  ["nslookup -port=10053", new RegExp(`^(${address})\\n\\1\\n[^]*Address: \\1\\n`)],
  [
    "scripts/ordinal status",
    /^hello web-0\nhello web-1\nhello web-0\n/,
    /^default\/web-1 +Ready +web-1\.nginx\.default\.svc +[\d.]+ +localhost:\d+->80 +\S+_default_www-web-1$/m,
  ],
  [
    "nslookup web-0.nginx\n",
    new RegExp(`^Name:\\s+web-0\\.nginx\\.default\\.svc\\.cluster\\.local\\s+Address.*${address}`, "m"),
  ],
  ["kubectl delete pod -l app=nginx", /^pod "web-1" deleted/m, /\nhello web-0\nhello web-1\n$/],
  ["--replicas=4", /^statefulset.apps\/web scaled$/m, /^www-web-3 +Bound/m],
  ["kill -9", new RegExp(`^${address}\\nhello web-0\\n$`)],
  ["kubectl get pods -l app=nginx -o wide", /^web-0 +1\/1 +Running +0 .* ordinal /m],
  ["kubectl delete statefulset web", /^statefulset.apps "web" deleted/m, /^www-web-0 +Bound/m, /^www-web-3 +Bound/m],
  ["/manifests/", /\nhello web-0\nhello web-1\n/],
];

describe("the README's walk of five minutes", function () {
  this.timeout(150_000);
  const blocks = shellBlocks("A walk of five minutes");
  const missing = ["kubectl", "dig", "nslookup", "curl", "script"].find((each) => programPath(each) === undefined);
  const problem = machineProblem() ?? (missing === undefined ? undefined : `needs the program ${missing}`);
  let machine: Machine;
  let shell: PastedShell;
  let daemon = "";

  before(async function () {
    if (problem !== undefined) {
      this["skipReason"] = problem;
      this.skip();
    }
    machine = await Machine.create();
    shell = new PastedShell(machine.spawn(inProject("unset KUBECONFIG; TMPDIR=$PWD; export TMPDIR", "exec sh")));
  });
  after(async () => {
    if (problem !== undefined) return;
    await shell.end();
    await machine.destroy();
  });
  afterEach(function () {
    if (this.currentTest?.state !== "failed") return;
    process.stderr.write(daemon.slice(-6000));
    daemon = "";
  });

  /** The first terminal: what runs there goes on. */
  async function startInFirstTerminal(line: string): Promise<string> {
    const terminal = machine.spawn(inProject(":", line));
    daemon = "";
    for (const stream of [terminal.stdout, terminal.stderr]) {
      stream?.on("data", (chunk: Buffer) => (daemon += chunk.toString()));
    }
    await eventually(
      "Ordinal is ready",
      () => {
        if (terminal.exitCode !== null) throw new Error(`${line} ended:\n${daemon}`);
        return daemon.includes("Ordinal is ready.");
      },
      120_000,
    );
    return daemon;
  }

  /** The first line in a terminal, and the others typed at the prompt that it brings. */
  async function typeInTerminal(text: string): Promise<string> {
    const [command = "", ...typed] = text.split("\n");
    const terminal = machine.spawn(["script", "-qefc", command, "/dev/null"]);
    let shown = "";
    terminal.stdout?.on("data", (chunk: Buffer) => (shown += chunk.toString()));
    await eventually("there is a prompt", () => /[#$] $/.test(shown), 60_000);
    terminal.stdin?.write(`${typed.join("\n")}\n`);
    await eventually("the terminal is closed", () => terminal.exitCode !== null, 60_000);
    expect(terminal.exitCode, shown).to.equal(0);
    return shown.replaceAll("\r", "");
  }

  async function follow({ text }: Block): Promise<string> {
    if (text === "scripts/start") return await startInFirstTerminal(text);
    return text.includes("--tty") ? await typeInTerminal(text) : await shell.paste(text);
  }

  it("has a block for everything that is looked for", () => {
    for (const [line] of shows) {
      expect(blocks.filter(({ text }) => `${text}\n`.includes(line)).length, line).to.equal(1);
    }
  });

  for (const block of blocks) {
    it(block.title, async () => {
      const shown = await follow(block);
      for (const [line, ...patterns] of shows) {
        if (!`${block.text}\n`.includes(line)) continue;
        for (const pattern of patterns) expect(shown).to.match(pattern);
      }
    });
  }
});

/** A shell that begins in the project's folder, as a user's does. */
function inProject(first: string, then: string): readonly string[] {
  return ["sh", "-c", `${first}; cd '${projectDir}' && ${then}`];
}
