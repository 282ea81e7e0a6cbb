import type { TestResult } from "../lib/test-results.ts";
import type { Area, Row } from "./rows.ts";

export const statuses = ["tested", "failing", "skipped", "no test yet"] as const;

/** `failing` when one of its tests failed, `skipped` when no test could run where the tests ran. */
export type Status = (typeof statuses)[number];

export interface RowTest {
  /** The closest suite and the test, without rows' ids: what a reader wants to know. */
  readonly title: string;
  readonly outcome: TestResult["outcome"];
}

export interface AssessedRow extends Row {
  readonly status: Status;
  readonly tests: readonly RowTest[];
}

export interface AssessedArea {
  readonly name: string;
  readonly rows: readonly AssessedRow[];
}

export interface Assessment {
  readonly areas: readonly AssessedArea[];
  /** Titles that begin with the id of a row that there is not. */
  readonly strays: readonly string[];
}

/** Puts each test to the rows that its titles name. */
export function assess(areas: readonly Area[], results: readonly TestResult[]): Assessment {
  const testsOf = new Map<string, RowTest[]>(areas.flatMap(({ rows }) => rows.map(({ id }) => [id, []])));
  const strays: string[] = [];
  for (const { titles, outcome } of results) {
    const test: RowTest = { title: readableTitle(titles), outcome };
    for (const id of rowIds(titles)) {
      const tests = testsOf.get(id);
      if (tests === undefined) strays.push(`${id}: ${test.title}`);
      else tests.push(test);
    }
  }
  const assessRow = (row: Row): AssessedRow => {
    const tests = testsOf.get(row.id) ?? [];
    return { ...row, tests, status: statusOf(tests) };
  };
  return { areas: areas.map(({ name, rows }) => ({ name, rows: rows.map(assessRow) })), strays };
}

const idsAtStart = /^(?:[A-Z]\d+ )+/;

/** The rows that a test is for: ids at the start of its title or of a suite's around it, each once. */
export function rowIds(titles: readonly string[]): readonly string[] {
  return [...new Set(titles.flatMap((title) => idsAtStart.exec(title)?.[0].trim().split(" ") ?? []))];
}

function readableTitle(titles: readonly string[]): string {
  return titles
    .slice(-2)
    .map((title) => title.replace(idsAtStart, "").replace(/ \(skipped: .*\)$/, ""))
    .join(": ");
}

function statusOf(tests: readonly RowTest[]): Status {
  const outcomes = new Set(tests.map(({ outcome }) => outcome));
  if (outcomes.has("failed")) return "failing";
  if (outcomes.has("passed")) return "tested";
  return outcomes.has("skipped") ? "skipped" : "no test yet";
}
