import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { projectDir } from "../scripts/rig/machine.ts";

/** Which packages each may import at run time. Arrows only point up: a package is named before those that stand on it. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  api: [],
  runtime: [],
  store: ["api", "runtime"],
  client: ["api", "runtime"],
  server: ["api", "runtime", "store", "client"],
  controllers: ["api", "runtime", "client"],
  provisioner: ["api", "runtime", "client"],
  supervisor: ["api", "runtime", "client"],
  dns: ["api", "runtime", "client"],
  proxy: ["api", "runtime", "client"],
  daemon: ["api", "runtime", "store", "client", "server", "controllers", "provisioner", "supervisor", "dns", "proxy"],
};

/** A foreign library is imported by few files, so that it can be exchanged there. */
const libraryHomes: Readonly<Record<string, RegExp>> = {
  dns2: /^packages\/dns\/src\/codec/,
  winston: /^packages\/daemon\/src\/log/,
  chokidar: /^packages\/daemon\/src\/(manifests\/|follow-file)/,
  lmdb: /^packages\/store\/src\//,
  ws: /^packages\/server\/src\/streams\//,
  "@peculiar/x509": /^packages\/server\/src\/tls\//,
};

const packagesDir = join(projectDir, "packages");

async function sources(name: string): Promise<readonly string[]> {
  const files = await readdir(join(packagesDir, name, "src"), { recursive: true });
  return files
    .filter((file) => file.endsWith(".ts") && !/\.(test|fixture)\.ts$/.test(file))
    .map((file) => `packages/${name}/src/${file}`);
}

function importsIn(text: string): readonly string[] {
  return [
    ...text.matchAll(
      /^(?:import|export) [^;]*?from "(?<from>[^"]+)"|import\("(?<lazy>[^"]+)"\)|^import "(?<bare>[^"]+)"/gms,
    ),
  ].map(({ groups }) => groups?.["from"] ?? groups?.["lazy"] ?? groups?.["bare"] ?? "");
}

describe("the layers", () => {
  it("has exactly the packages of the table", async () => {
    expect((await readdir(packagesDir)).toSorted()).to.deep.equal(Object.keys(mayImport).toSorted());
  });

  for (const [name, allowed] of Object.entries(mayImport)) {
    it(`${name} imports only ${allowed.join(", ") || "nothing of ours"}`, async () => {
      for (const file of await sources(name)) {
        const ours = importsIn(await readFile(join(projectDir, file), "utf8")).filter((each) =>
          each.startsWith("@ordinal/"),
        );
        for (const each of ours) expect(allowed, `${file} imports ${each}`).to.include(each.replace("@ordinal/", ""));
      }
    });

    it(`${name} declares as dependencies only what its layer allows`, async () => {
      const manifest = JSON.parse(await readFile(join(packagesDir, name, "package.json"), "utf8")) as {
        dependencies?: object;
      };
      const ours = Object.keys(manifest.dependencies ?? {}).filter((each) => each.startsWith("@ordinal/"));
      for (const each of ours) expect(allowed).to.include(each.replace("@ordinal/", ""));
    });
  }

  for (const [library, home] of Object.entries(libraryHomes)) {
    it(`only ${home.source.replaceAll(/[\\^]/g, "")} imports ${library}`, async () => {
      const all = (await Promise.all(Object.keys(mayImport).map(sources))).flat();
      const importers: string[] = [];
      for (const file of all) {
        if (importsIn(await readFile(join(projectDir, file), "utf8")).includes(library)) importers.push(file);
      }
      expect(importers).not.to.deep.equal([]);
      for (const file of importers) expect(file).to.match(home);
    });
  }

  it("reads the environment and the arguments in the daemon only", async () => {
    for (const name of Object.keys(mayImport).filter((each) => each !== "daemon")) {
      for (const file of await sources(name)) {
        expect(await readFile(join(projectDir, file), "utf8"), file).not.to.match(/process\.(env|argv)\b/);
      }
    }
  });
});
