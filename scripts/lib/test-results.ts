import { join } from "node:path";
import { projectDir } from "../rig/machine.ts";

/** Where a whole run of the tests leaves its results, for scripts/conformance. Not kept in git. */
export const resultsFile: string = join(projectDir, "node_modules/.cache/ordinal/test-results.json");

/** What one test came to. */
export interface TestResult {
  /** The titles of the suites around it, outermost first, and its own. */
  readonly titles: readonly string[];
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why it was skipped, or how it failed. */
  readonly reason?: string;
}
