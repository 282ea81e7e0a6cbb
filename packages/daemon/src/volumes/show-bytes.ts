const units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"] as const;

/** For people, as `du -h` shows it: `0`, `512`, `4.0Ki`, `21Mi`. */
export function showBytes(bytes: number): string {
  let rest = bytes;
  let power = 0;
  for (; rest >= 1024 && power < units.length - 1; power += 1) rest /= 1024;
  const digits = power > 0 && rest < 9.95 ? rest.toFixed(1) : String(Math.round(rest));
  return `${digits}${units[power]}`;
}
