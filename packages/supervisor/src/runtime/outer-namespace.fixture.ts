import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chooseRuntime } from "./choose/choose-runtime.ts";
import { probeHost } from "./choose/probe-host.ts";

/** Set for tests that run inside. */
const inside = "ORDINAL_TEST_INSIDE";

/**
 * The words in front of a command that is to have a network of its own, with nothing in it but a loopback interface,
 * and its own mounts. Its processes are a world of their own too: what it leaves behind ends with it.
 */
export const outerNamespace: readonly string[] = [
  "unshare",
  ..."--net --mount --pid --fork --kill-child --mount-proc --propagation private".split(" "),
  "sh",
  "-c",
  // The shell stays, because the first process of a world has to wait for its orphans.
  'ip link set lo up && "$@"; exit $?',
  "sh",
];

/** Why the outer namespace cannot be had here, or undefined. */
export async function outerNamespaceObstacle(): Promise<string | undefined> {
  const directory = await mkdtemp(join(tmpdir(), "ordinal-probe-"));
  const choice = chooseRuntime("sandbox", await probeHost(directory));
  await rm(directory, { recursive: true, force: true });
  return choice.ok ? undefined : choice.message;
}

/** Whether this process is inside already. */
export function isInOuterNamespace(): boolean {
  return process.env[inside] === "1";
}

interface Outcome {
  readonly fullTitle: string;
  readonly err: { readonly message?: string; readonly stack?: string };
}

interface Report {
  readonly tests: readonly Outcome[];
  readonly failures: readonly Outcome[];
  readonly pending: readonly Outcome[];
}

/**
 * Like `describe`, for tests that use addresses outside of 127.0.0.0/8 or mount things: the file is run by another mocha
 * inside an outer namespace, and each test here tells what its namesake there came to. `file` is `import.meta.filename`.
 */
export function describeInOuterNamespace(title: string, file: string, body: () => void): void {
  if (isInOuterNamespace()) {
    describe(title, body);
    return;
  }
  describe(title, function () {
    let report: Report = { tests: [], failures: [], pending: [] };
    before(async function () {
      this.timeout(300_000);
      const obstacle = await outerNamespaceObstacle();
      if (obstacle !== undefined) {
        this["skipReason"] = obstacle;
        this.skip();
      }
      report = await runInside(title, file);
    });
    const register = it;
    const define = (name: string): void => {
      register(name, function () {
        const fullTitle = this.test?.fullTitle() ?? name;
        const failure = report.failures.find((each) => isTest(each, fullTitle));
        if (failure !== undefined) throw Object.assign(new Error(failure.err.message), { stack: failure.err.stack });
        const skipped = report.pending.find((each) => isTest(each, fullTitle));
        if (skipped !== undefined) {
          this["skipReason"] = skipped.err.message ?? "no reason given inside";
          this.skip();
        }
        if (!report.tests.some((each) => isTest(each, fullTitle))) throw new Error("this test was not run inside");
      });
    };
    collectTests(body, define);
  });
}

/** A failed hook is reported under a title that ends in the test it stands before or after. */
function isTest({ fullTitle }: Outcome, wanted: string): boolean {
  return (
    fullTitle === wanted ||
    (/"(before|after) (all|each)" hook/.test(fullTitle) && fullTitle.endsWith(`for "${wanted}"`))
  );
}

/** Runs the body with mocha's words replaced, so that it only says which tests there are. */
function collectTests(body: () => void, define: (title: string) => void): void {
  const words = { it, before, after, beforeEach, afterEach };
  const hooks = { before: ignore, after: ignore, beforeEach: ignore, afterEach: ignore };
  Object.assign(globalThis, { it: define, ...hooks });
  try {
    body();
  } finally {
    Object.assign(globalThis, words);
  }
}

function ignore(): void {}

async function runInside(title: string, file: string): Promise<Report> {
  const directory = await mkdtemp(join(tmpdir(), "ordinal-inside-"));
  const output = join(directory, "report.json");
  const mocha = fileURLToPath(import.meta.resolve("mocha/bin/mocha.js"));
  const options = [
    "--no-config",
    "--timeout",
    "30000",
    "--exit",
    "--reporter",
    join(import.meta.dirname, "inside-reporter.fixture.ts"),
    "--reporter-option",
    `output=${output}`,
  ];
  const argv = [...outerNamespace, process.execPath, mocha, ...options, "--fgrep", title, file];
  try {
    const said = await runToEnd(argv);
    const text = await readFile(output, "utf8").catch(() => undefined);
    if (text === undefined) throw new Error(`mocha inside ended without a report: ${said}`);
    return JSON.parse(text) as Report;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function runToEnd([program = "", ...args]: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, args, { env: { ...process.env, [inside]: "1" }, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.on("error", reject);
  child.on("close", () => resolve(Buffer.concat(chunks).toString("utf8")));
  return await promise;
}
