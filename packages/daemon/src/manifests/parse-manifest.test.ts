import { expect } from "chai";
import { parseManifest } from "./parse-manifest.ts";
import { showProblem } from "./problem.ts";

function problemsIn(text: string): readonly string[] {
  const parsed = parseManifest("web.yaml", text);
  return parsed.ok ? [] : parsed.error.map(showProblem);
}

describe("parseManifest", () => {
  it("O1 reads several documents and takes lists apart", () => {
    const parsed = parseManifest(
      "web.yaml",
      [
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n",
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: b}\n- apiVersion: apps/v1\n  kind: StatefulSet\n  metadata: {name: c}\n",
        "# nothing\n",
      ].join("---\n"),
    );
    expect(parsed.ok && parsed.value.map(({ kind, object }) => `${kind.plural}/${object.metadata.name}`)).to.deep.equal(
      ["services/a", "configmaps/b", "statefulsets/c"],
    );
  });

  it("reads JSON too", () => {
    const parsed = parseManifest(
      "x.json",
      JSON.stringify({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" } }),
    );
    expect(parsed.ok && parsed.value.length).to.equal(1);
  });

  const broken: readonly (readonly [what: string, text: string, shown: string])[] = [
    ["a bracket that is not closed", "kind: [a\n", "web.yaml:2:1 Flow sequence in block collection"],
    [
      "a key that comes twice",
      "apiVersion: v1\napiVersion: v1\n",
      "web.yaml:2:1 Map keys must be unique\n    apiVersion: v1\n    ^",
    ],
    ["no apiVersion", "kind: Pod\n", "web.yaml:1:1 apiVersion is missing"],
    ["no name", "apiVersion: v1\nkind: Pod\nmetadata:\n  labels: {}\n", "web.yaml:3:1 metadata.name is missing"],
    [
      "a kind that is not served",
      "apiVersion: apps/v1\nkind: Statefulset\nmetadata: {name: a}\n",
      'web.yaml:2:1 no matches for kind "Statefulset" in version "apps/v1"',
    ],
    ["plain text", "hello\n", "web.yaml:1:1 a manifest must be a mapping"],
  ];
  for (const [what, text, shown] of broken) {
    it(`shows where ${what} is`, () => expect(problemsIn(text)[0]).to.contain(shown));
  }

  it("O1 finds the place of a field that the API refuses", () => {
    const text =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: web\n      imagez: nginx\n";
    const parsed = parseManifest("web.yaml", text);
    const problem = parsed.ok ? parsed.value[0]?.problemAt("spec.containers[0].imagez", "unknown field") : undefined;
    expect(problem).to.include({ line: 7, column: 7, text: "      imagez: nginx" });
  });

  it("takes the nearest place above a field that is not there", () => {
    const parsed = parseManifest("web.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  nodeName: x\n");
    const problem = parsed.ok ? parsed.value[0]?.problemAt("spec.containers", "Required value") : undefined;
    expect(problem).to.include({ line: 4, column: 1 });
  });

  it("survives an alias bomb", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`;
    expect(problemsIn(bomb)[0]).to.contain("web.yaml:1:1");
  });
});
