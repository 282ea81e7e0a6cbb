import { parseArgs } from "node:util";
import { flags, type FlagName } from "./flags.ts";
import { BadSetting, type Raw } from "./setting-values.ts";
import { UsageError } from "./usage-error.ts";

/** What a config file says, and where each of its settings stands. */
export interface ConfigFile {
  readonly path: string;
  readonly raw: Raw;
  /** From 1. */
  lineOf(name: FlagName): number;
}

/** Reads some flags, given before or after each other. Throws UsageError in node's words for what is unknown. */
export function readFlags(argv: readonly string[], names: readonly FlagName[]): Raw {
  const options = Object.fromEntries(
    names.map((name) => {
      const { type, multiple = false } = flags[name];
      return [name, { type, multiple }];
    }),
  );
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: false, strict: true }).values;
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split(". ")[0]}`, { cause: error });
  }
}

/** Flags win over the file. What the file has said wrongly is told with its line. */
export function withFile<T>(given: Raw, file: ConfigFile | undefined, read: (raw: Raw) => T): T {
  try {
    return read({ ...file?.raw, ...given });
  } catch (error) {
    if (!(error instanceof BadSetting) || file === undefined || given[error.setting] !== undefined) throw error;
    if (file.raw[error.setting] === undefined) throw error;
    const message = error.message.replace(/^--/, "");
    throw new UsageError(`${file.path}:${file.lineOf(error.setting)} ${message}`, { cause: error });
  }
}
