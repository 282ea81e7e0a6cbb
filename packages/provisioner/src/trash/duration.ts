import type { Result } from "@ordinal/api";

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A hundred years: longer than that is a slip. */
const longestMs = 36_500 * 86_400_000;

/** Reads `24h`, `1h30m`, `7d`, `0` as milliseconds. */
export function parseDuration(text: string): Result<number, string> {
  const error = "must be a duration such as 24h, 30m, 7d or 0";
  if (text === "0") return { ok: true, value: 0 };
  if (!/^(\d{1,9}[smhdw])+$/.test(text)) return { ok: false, error };
  const parts = [...text.matchAll(/(?<count>\d+)(?<unit>[smhdw])/g)];
  const value = parts.reduce(
    (sum, { groups }) => sum + Number(groups?.["count"]) * (unitMs[groups?.["unit"] ?? ""] ?? 0),
    0,
  );
  return value <= longestMs ? { ok: true, value } : { ok: false, error };
}

/** For people, in the two largest units: `23h59m`, `6d`, `0s`. */
export function showDuration(ms: number): string {
  const units = ["d", "h", "m", "s"] as const;
  let rest = Math.max(0, Math.floor(ms / 1_000)) * 1_000;
  const parts = units.map((unit) => {
    const size = unitMs[unit] ?? 1;
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, count };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  if (first < 0) return "0s";
  const shown = parts.slice(first, first + 2).filter(({ count }) => count > 0);
  return shown.map(({ count, unit }) => `${count}${unit}`).join("");
}
