import { homedir } from "node:os";
import { resolve } from "node:path";
import { parseArgs, type ParseArgsConfig } from "node:util";
import { dataDirAt, type DataDir } from "../data-dir.ts";
import { defaultDataDir, type Surroundings } from "../surroundings.ts";
import { UsageError } from "../usage-error.ts";

/** The process's surroundings, read here and nowhere else. */
export function surroundings(): Surroundings {
  return { env: process.env, isRoot: process.getuid?.() === 0, home: homedir() };
}

export type Values = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Reads a subcommand's flags; anything unknown is a UsageError in node's words. */
export function readArguments(
  argv: readonly string[],
  options: ParseArgsConfig["options"],
): { readonly values: Values; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      options: options ?? {},
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Values, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message.split(". ")[0] ?? "bad arguments", { cause: error });
  }
}

/** The data directory a subcommand is about. */
export function dataDirOf(values: Values, from: Surroundings = surroundings()): DataDir {
  const given = values["data-dir"];
  return dataDirAt(resolve(typeof given === "string" ? given : (from.env["ORDINAL_DATA_DIR"] ?? defaultDataDir(from))));
}
