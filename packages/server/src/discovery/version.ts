import { arch, platform, version as nodeVersion } from "node:process";

/** `/version`. Takes a semantic version, with or without its `v`, as tools read one from the answer: `v1.33.1+ordinal0.1.0`. */
export function versionInfo(version: string): Readonly<Record<string, string>> {
  const plain = version.replace(/^v/, "");
  const [major = "", minor = ""] = plain.split(".");
  return {
    major,
    minor,
    gitVersion: `v${plain}`,
    gitCommit: "",
    gitTreeState: "clean",
    buildDate: "1970-01-01T00:00:00Z",
    goVersion: `node-${nodeVersion}`,
    compiler: "node",
    platform: `${platform}/${arch === "x64" ? "amd64" : arch}`,
  };
}
