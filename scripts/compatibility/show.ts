import { statuses, type AssessedArea, type AssessedRow, type Assessment, type Status } from "./assess.ts";

/** How many of a row's tests the document names; scripts/conformance ROW names all. */
const testsShown = 5;

/** For the terminal: the rows of each area by status. */
export function showSummary({ areas, strays }: Assessment): string {
  return [
    ...areas.flatMap(showAreaSummary),
    ...strays.map((stray) => `a title names a row that there is not: ${stray}`),
    showTotals(areas.flatMap(({ rows }) => rows)),
  ].join("\n");
}

function showAreaSummary({ name, rows }: AssessedArea): readonly string[] {
  const lines = statuses.flatMap((status) => {
    const ids = withStatus(rows, status).map(({ id }) => id);
    return ids.length === 0 ? [] : [`  ${`${status} (${ids.length})`.padEnd(18)} ${ids.join(" ")}`];
  });
  return [name, ...lines, ""];
}

function showTotals(rows: readonly AssessedRow[]): string {
  const counts = statuses.map((status) => `${withStatus(rows, status).length} ${status}`);
  return `${rows.length} rows: ${counts.join(", ")}`;
}

/** For the terminal: one row with all of its tests. */
export function showRow({ id, feature, status, tests }: AssessedRow): string {
  return [`${id} ${feature}: ${status}`, ...tests.map(({ title, outcome }) => `  ${outcome.padEnd(7)} ${title}`)].join(
    "\n",
  );
}

/** docs/compatibility.md. */
export function showDocument({ areas }: Assessment): string {
  return [
    "# What is like Kubernetes, and tested",
    "",
    "Written by `scripts/conformance` from a run of `scripts/test`; do not edit it. The rows stand in",
    "[rows.yaml](../scripts/compatibility/rows.yaml); Kubernetes v1.33 says what is right.",
    "",
    "`tested` means that tests carry the row's id and pass. What they say is how far it goes: a clear refusal counts as well.",
    "`no test yet` mostly means that the behaviour is not there yet: [limits.md](limits.md) says what is missing.",
    "",
    "<!-- oxfmt-ignore-start -->",
    "",
    "| Area | Rows | Tested | Failing | Skipped | No test yet |",
    "|---|---|---|---|---|---|",
    ...areas.map(showAreaFigures),
    ...areas.flatMap(showAreaTable),
    "",
    "<!-- oxfmt-ignore-end -->",
    "",
  ].join("\n");
}

function showAreaFigures({ name, rows }: AssessedArea): string {
  const counts = statuses.map((status) => withStatus(rows, status).length);
  return `| [${name}](#${name.toLowerCase()}) | ${rows.length} | ${counts.join(" | ")} |`;
}

function showAreaTable({ name, rows }: AssessedArea): readonly string[] {
  return ["", `## ${name}`, "", "| Row | Feature | Status | Tests |", "|---|---|---|---|", ...rows.map(showTableRow)];
}

function showTableRow({ id, feature, status, tests }: AssessedRow): string {
  const titles = [...new Set(tests.map(({ title }) => title))];
  const more = titles.length > testsShown ? [`and ${titles.length - testsShown} more`] : [];
  const cell = [...titles.slice(0, testsShown).map(escapeCell), ...more].join("<br>");
  return `| ${id} | ${escapeCell(feature)} | ${status} | ${cell} |`;
}

function withStatus(rows: readonly AssessedRow[], status: Status): readonly AssessedRow[] {
  return rows.filter((row) => row.status === status);
}

/** What Markdown and HTML would read as something else. */
function escapeCell(text: string): string {
  return text.replaceAll("\n", " ").replaceAll(/[|<\\*_[\]]/g, (character) => `\\${character}`);
}
