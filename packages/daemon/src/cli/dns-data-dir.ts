import { existsSync } from "node:fs";
import { join } from "node:path";
import { dataDirAt, type DataDir } from "../data-dir.ts";
import type { SystemHost } from "../split-dns/system-host.ts";
import { defaultDataDir, type Surroundings } from "../surroundings.ts";
import { dataDirOf, surroundings, type Values } from "./arguments.ts";

/**
 * The data directory that `ordinal dns install` is about. It needs root, and the daemon often does not: where nothing is
 * named and root has no daemon, it is that of the user who said sudo.
 */
export async function dnsDataDir(
  values: Values,
  { host, from = surroundings() }: { readonly host: SystemHost; readonly from?: Surroundings },
): Promise<DataDir> {
  const dir = dataDirOf(values, from);
  const { env, isRoot } = from;
  const user = env["SUDO_USER"];
  const isNamed = values["data-dir"] !== undefined || env["ORDINAL_DATA_DIR"] !== undefined;
  if (isNamed || !isRoot || user === undefined || existsSync(dir.runFile)) return dir;
  const home = await homeOf(user, host);
  if (home === undefined) return dir;
  const theirs = dataDirAt(defaultDataDir({ env: {}, isRoot: user === "root", home }));
  return existsSync(theirs.runFile) ? theirs : dir;
}

async function homeOf(user: string, host: SystemHost): Promise<string | undefined> {
  if (host.platform === "macos") return join("/Users", user);
  const entries = ((await host.readText("/etc/passwd")) ?? "").split("\n").map((line) => line.split(":"));
  return entries.find(([name]) => name === user)?.[5];
}
