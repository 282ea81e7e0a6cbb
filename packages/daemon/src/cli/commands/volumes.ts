import { UsageError } from "../../usage-error.ts";
import type { Command } from "../main.ts";

const subcommands: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import("./volumes-list.ts")).volumesList,
  usage: async () => (await import("./volumes-usage.ts")).volumesUsage,
  trash: async () => (await import("./volumes-trash.ts")).volumesTrash,
  restore: async () => (await import("./volumes-restore.ts")).volumesRestore,
  prune: async () => (await import("./volumes-prune.ts")).volumesPrune,
};

/** Without a subcommand, the list. */
export async function volumes(argv: readonly string[]): Promise<number> {
  const [name = "list", ...rest] = argv;
  const isFlag = name.startsWith("-");
  const load = subcommands[isFlag ? "list" : name];
  if (load !== undefined) return await (await load())(isFlag ? argv : rest);
  throw new UsageError(`there is no "ordinal volumes ${name}"; there are ${Object.keys(subcommands).join(", ")}`);
}
