import type { TestResult } from "./test-results.ts";

/** What a run of tests came to. */
export interface Sum {
  readonly passed: number;
  /** Tests and checks. */
  readonly failed: number;
  /** How many tests were skipped for which reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Names of checks that failed before the tests; each counts as a failure. */
  readonly checks: readonly string[];
}

export function sumOf(results: readonly TestResult[], checks: readonly string[]): Sum {
  const count = (outcome: TestResult["outcome"]): number => results.filter((each) => each.outcome === outcome).length;
  const skipped = new Map<string, number>();
  for (const { outcome, reason = "no reason given" } of results)
    if (outcome === "skipped") skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
  return { passed: count("passed"), failed: count("failed") + checks.length, skipped, checks };
}

/** A line for each test that failed; its words in full stand where it ran. */
export function showFailures(results: readonly TestResult[]): readonly string[] {
  return results
    .filter(({ outcome }) => outcome === "failed")
    .map(({ titles, reason = "" }) => `failed: ${titles.join(" > ")}: ${reason.split("\n")[0] ?? ""}`);
}

/** The last lines of a run: why tests were skipped, which checks failed, and `N passed, N failed` (`, N skipped`). */
export function showSum({ passed, failed, skipped, checks }: Sum): readonly string[] {
  const count = [...skipped.values()].reduce((sum, each) => sum + each, 0);
  return [
    ...[...skipped].map(([reason, times]) => `${times} skipped: ${reason}`),
    ...checks.map((check) => `check failed: ${check} (its words stand above the tests)`),
    `${passed} passed, ${failed} failed${count > 0 ? `, ${count} skipped` : ""}`,
  ];
}
