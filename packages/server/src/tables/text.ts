import type { Container } from "@ordinal/api";

type Strings = Readonly<Record<string, string>>;

/** `a=1,b=2` in order of the keys, `<none>` for nothing. Source: apimachinery `labels.FormatLabels`. */
export function formatLabels(labels: Strings | undefined): string {
  const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
  return pairs.length === 0 ? "<none>" : pairs.toSorted().join(",");
}

/** The text, or `<none>` where it is empty. */
export function orNone(text: string | undefined): string {
  return text === undefined || text === "" ? "<none>" : text;
}

/** The names and the images of containers, each joined with commas. */
export function containerCells(containers: readonly Container[]): readonly [names: string, images: string] {
  const names = containers.map((container) => container.name);
  const images = containers.map((container) => container.image ?? "");
  return [names.join(","), images.join(",")];
}

/** Host and port, an IPv6 host in brackets. Source: Go `net.JoinHostPort`. */
export function joinHostPort(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The first three, and how many are left. */
export function firstThree(items: readonly string[], whenEmpty: string): string {
  if (items.length === 0) return whenEmpty;
  const shown = items.slice(0, 3).join(",");
  return items.length > 3 ? `${shown} + ${items.length - 3} more...` : shown;
}
