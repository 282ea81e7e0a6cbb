import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { expect } from "chai";
import { projectDir } from "../scripts/rig/machine.ts";

const read = async (file: string): Promise<string> => await readFile(join(projectDir, file), "utf8");

/** Every page a user may read, relative to the project. */
async function pages(): Promise<readonly string[]> {
  const docs = (await readdir(join(projectDir, "docs"))).filter((name) => name.endsWith(".md"));
  const readmes = (await packageReadmes()).filter((file) => existsSync(join(projectDir, file)));
  return ["README.md", "CONTRIBUTING.md", ...docs.map((name) => `docs/${name}`), ...readmes];
}

async function packageReadmes(): Promise<readonly string[]> {
  return (await readdir(join(projectDir, "packages"))).map((name) => `packages/${name}/README.md`);
}

/** A page's text without its blocks of code. */
function prose(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}

/** The names that headings can be linked to by, as GitHub makes them. */
function anchors(text: string): readonly string[] {
  return [...prose(text).matchAll(/^#+ (?<heading>.+)$/gm)].map(({ groups }) =>
    (groups?.["heading"] ?? "")
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documentation", () => {
  it("links only to what is there", async () => {
    for (const page of await pages()) {
      const links = [...prose(await read(page)).matchAll(/\]\((?<link>[^)\s]+)\)/g)];
      for (const link of links.map(({ groups }) => groups?.["link"] ?? "")) {
        if (/^https?:/.test(link)) continue;
        const [path = "", anchor] = link.split("#");
        const target = path === "" ? join(projectDir, page) : resolve(projectDir, dirname(page), path);
        expect(existsSync(target), `${page} links to ${link}`).to.be.true;
        if (anchor !== undefined)
          expect(anchors(await readFile(target, "utf8")), `${page}: ${link}`).to.include(anchor);
      }
    }
  });

  it("has a README in every package, in the order of a man page and at most 100 lines long", async () => {
    const files = await packageReadmes();
    expect(
      files.filter((file) => !existsSync(join(projectDir, file))),
      "READMEs that are missing",
    ).to.deep.equal([]);
    for (const file of files) {
      const text = await read(file);
      const headings = [...prose(text).matchAll(/^## (?<heading>.+)$/gm)].map(({ groups }) => groups?.["heading"]);
      expect(headings, file).to.deep.equal(["Name", "What it does", "Settings", "Examples", "Limits"]);
      expect(text.trimEnd().split("\n").length, file).to.be.at.most(100);
    }
  });
});
