import { UsageError } from "../usage-error.ts";
import type { Values } from "./arguments.ts";

/** Flags of every `ordinal volumes` command. */
export const volumeOptions = {
  namespace: { type: "string", short: "n" },
  output: { type: "string", short: "o" },
  "data-dir": { type: "string" },
} as const;

export type Output = "text" | "wide" | "json";

/** What `-o` says. Throws UsageError for what this command does not print. */
export function outputOf({ output = "text" }: Values, allowed: readonly Output[]): Output {
  const found = allowed.find((each) => each === output);
  if (found === undefined) throw new UsageError(`-o ${String(output)}: must be ${allowed.join(" or ")}`);
  return found;
}

export function textFlag(values: Values, name: string): string | undefined {
  const value = values[name];
  return typeof value === "string" ? value : undefined;
}

/** Throws UsageError when the command was given more than it takes. */
export function noMore(command: string, [extra]: readonly string[]): void {
  if (extra !== undefined) throw new UsageError(`"ordinal ${command}" takes no ${JSON.stringify(extra)}`);
}
