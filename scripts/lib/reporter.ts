import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import Mocha from "mocha";
import { showSum, sumOf } from "./sum-results.ts";
import { resultsFile, type TestResult } from "./test-results.ts";

export interface ReporterOptions {
  /** The file for the results, as JSON. Defaults to the one that scripts/conformance reads. */
  readonly results?: string;
  /** Checks that failed before the tests, separated by `;`. Each counts as a failure. */
  readonly checks?: string;
}

/**
 * Mocha's `spec`, with the reason of each skipped test, a file of results, and a last line `N passed, N failed`
 * (`, N skipped`). A reason is what the suite has put into `this.skipReason` before `this.skip()`, or what stands as
 * `(skipped: reason)` or `(not installed here)` at the end of a title.
 */
class Reporter extends Mocha.reporters.Spec {
  readonly #options: ReporterOptions;
  readonly #results: TestResult[] = [];

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    this.#options = (options.reporterOptions ?? {}) as ReporterOptions;
    runner.on("pass", (test) => this.#results.push({ titles: test.titlePath(), outcome: "passed" }));
    runner.on("fail", (test, error: Error) =>
      this.#results.push({ titles: test.titlePath(), outcome: "failed", reason: error.message }),
    );
    runner.on("pending", (test) => this.#skip(test));
    runner.once("end", () => this.#writeResults());
  }

  #skip(test: Mocha.Test): void {
    const reason = skipReason(test);
    this.#results.push({ titles: test.titlePath(), outcome: "skipped", reason });
    Mocha.reporters.Base.consoleLog(`${"  ".repeat(test.titlePath().length + 2)}skipped: ${reason}`);
  }

  #writeResults(): void {
    const file = this.#options.results ?? resultsFile;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(this.#results, undefined, 1)}\n`);
  }

  /** What stands at the end of the run, in place of spec's own figures. */
  override epilogue(): void {
    const checks = (this.#options.checks ?? "").split(";").filter((check) => check !== "");
    if (this.stats.failures > 0) Mocha.reporters.Base.list(this.failures);
    for (const line of showSum(sumOf(this.#results, checks))) Mocha.reporters.Base.consoleLog(line);
  }
}

// Mocha loads a reporter with require(), which gives back what is exported under this name.
export { Reporter as "module.exports" };

/** Of the test itself, or of the closest suite around it. */
function skipReason(test: Mocha.Test): string {
  const given: unknown = test.ctx?.["skipReason"];
  if (typeof given === "string") return given;
  const titled = test
    .titlePath()
    .toReversed()
    .map((title) => /\((?:skipped: (?<given>.+)|(?<absent>not .+))\)$/.exec(title)?.groups)
    .map((groups) => groups?.["given"] ?? groups?.["absent"])
    .find((reason) => reason !== undefined);
  return titled ?? "no reason given";
}
