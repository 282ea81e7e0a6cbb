import { parseDuration, parseFreeSpace, type FreeSpace } from "@ordinal/provisioner";
import type { Result } from "@ordinal/api";
import type { FlagName } from "./flags.ts";
import { BadSetting, one, type Raw } from "./setting-values.ts";

/** What becomes of deleted volumes. */
export interface TrashSettings {
  /** 0: they are not kept. */
  readonly holdMs: number;
  /** With less free than this, the oldest are given up. */
  readonly minFree: FreeSpace;
}

export function readTrashSettings(raw: Raw): TrashSettings {
  return {
    holdMs: read("trash-hold", one(raw, "trash-hold") ?? "24h", parseDuration),
    minFree: read("trash-min-free", one(raw, "trash-min-free") ?? "10%", parseFreeSpace),
  };
}

function read<T>(name: FlagName, text: string, parse: (text: string) => Result<T, string>): T {
  const parsed = parse(text);
  if (parsed.ok) return parsed.value;
  throw new BadSetting(name, `${text}: ${parsed.error}`);
}
