/**
 * Whether one serial comes after another. Serials go round, so what is less than half a round ahead is after; exactly half a
 * round is neither. Source: RFC 1982 §3.2.
 */
export function isAfter(serial: number, other: number): boolean {
  const ahead = (serial - other) >>> 0;
  return ahead > 0 && ahead < 0x8000_0000;
}
