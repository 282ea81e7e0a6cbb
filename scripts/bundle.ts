import { copyFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative, resolve } from "node:path";
import { build, type Plugin } from "esbuild";

/** One file for each way to start, beside shared ones: starting reads five files instead of five hundred. */
const project = resolve(import.meta.dirname, "..");
const packages = join(project, "packages");
const outdir = join(packages, "daemon/bundle");

/** Programs by their name in the bundle. Each finds the others beside itself, as it does among the sources. */
const programs = {
  cli: "daemon/src/cli/main.ts",
  "replica-main": "dns/src/replica-main.ts",
  "dialer-main": "supervisor/src/runtime/network/dialer-main.ts",
  "web-server-main": "supervisor/src/web/web-server-main.ts",
};

/** Libraries with binaries of their own stay where their package installed them, by the package that uses them. */
const inPlace: Readonly<Record<string, string>> = {
  lmdb: "store",
};

const leaveInPlace: Plugin = {
  name: "leave-in-place",
  setup(bundle) {
    bundle.onResolve({ filter: /^lmdb$/ }, ({ path }) => {
      const user = createRequire(join(packages, inPlace[path] ?? "", "package.json"));
      return { path: `./${relative(outdir, user.resolve(path))}`, external: true };
    });
  },
};

await rm(outdir, { recursive: true, force: true });
await build({
  entryPoints: Object.fromEntries(Object.entries(programs).map(([name, file]) => [name, join(packages, file)])),
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22.22",
  // Names stay, so that stacks can be read; the rest only costs memory.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: "linked",
  plugins: [leaveInPlace],
  // CommonJS libraries ask for node's modules with require, which modules do not have.
  banner: {
    js: 'import{createRequire as bundledRequire}from"node:module";const require=bundledRequire(import.meta.url);',
  },
  logLevel: "warning",
});
await copyFile(
  join(packages, "api/src/schema/descriptions.generated.json"),
  join(outdir, "descriptions.generated.json"),
);
