import { expect } from "chai";
import { assess, rowIds } from "./assess.ts";
import { readAreas, type Area } from "./rows.ts";
import { showDocument, showSummary } from "./show.ts";

const areas: readonly Area[] = [
  {
    name: "DNS",
    rows: [
      { id: "D3", feature: "many | answers" },
      { id: "D4", feature: "names" },
      { id: "D5", feature: "shared" },
      { id: "D6", feature: "nothing" },
    ],
  },
];

describe("rowIds", () => {
  const cases: readonly (readonly [titles: readonly string[], expected: string])[] = [
    [["a suite", "D4 D58 resolves"], "D4 D58"],
    [["C20 retention", "C3 C20 keeps"], "C20 C3"],
    [["a suite", "says D4 in the middle"], ""],
    [["A record", "D4x is no row", "D4"], ""],
  ];
  for (const [titles, expected] of cases) {
    it(`finds ${expected || "nothing"} in ${titles.join(" › ")}`, () =>
      expect(rowIds(titles).join(" ")).to.equal(expected));
  }
});

describe("assess", () => {
  const { areas: assessed, strays } = assess(areas, [
    { titles: ["the server", "D3 answers"], outcome: "passed" },
    { titles: ["the server", "D3 D4 answers more"], outcome: "failed", reason: "no" },
    { titles: ["a walk", "the server", "D5 shares (skipped: needs root)"], outcome: "skipped" },
    { titles: ["the server", "D99 is a slip"], outcome: "passed" },
  ]);

  it("calls a row failing when one of its tests failed, skipped when none could run", () => {
    expect(assessed[0]?.rows.map(({ status }) => status)).to.deep.equal([
      "failing",
      "failing",
      "skipped",
      "no test yet",
    ]);
  });

  it("names tests with the suite around them, without ids and reasons", () => {
    expect(assessed[0]?.rows[2]?.tests.map(({ title }) => title)).to.deep.equal(["the server: shares"]);
  });

  it("tells of titles that name a row there is not", () => {
    expect(strays).to.deep.equal(["D99: the server: is a slip"]);
  });

  it("is shown by status and as a document that Markdown reads as it is meant", () => {
    expect(showSummary({ areas: assessed, strays })).to.match(
      /^DNS\n {2}failing \(2\) +D3 D4\n {2}skipped \(1\) +D5\n/,
    );
    expect(showDocument({ areas: assessed, strays })).to.contain(
      "| D3 | many \\| answers | failing | the server: answers<br>the server: answers more |",
    );
  });
});

describe("the rows", () => {
  it("are numbered by area without a gap", async () => {
    const read = await readAreas();
    const ids = read.map(({ rows }) => rows.map(({ id }) => id));
    expect(ids).to.deep.equal(ids.map((area) => area.map((id, index) => `${id.charAt(0)}${index + 1}`)));
    expect(ids.map((area) => area.length)).to.deep.equal([60, 50, 39, 28, 18, 20, 14]);
  });
});
