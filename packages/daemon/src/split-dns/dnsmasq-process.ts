/** What a running dnsmasq was told, as far as split DNS needs to know. */
export interface DnsmasqOptions {
  /** Directories whose files it reads when it starts, as `DIRECTORY[,PATTERN…]`. */
  readonly confDirs: readonly string[];
  readonly confFiles: readonly string[];
  readonly listenAddresses: readonly string[];
}

const byLetter: Readonly<Record<string, string>> = { "7": "conf-dir", C: "conf-file", a: "listen-address" };
const wanted: readonly string[] = Object.values(byLetter);

/** Reads the arguments of a dnsmasq process (`-7 DIR`, `--conf-dir=DIR`, …); the program's name is the first of them. */
export function readDnsmasqArguments(argv: readonly string[]): DnsmasqOptions {
  const pairs: (readonly [name: string, value: string])[] = [];
  for (const [index, argument] of argv.entries()) {
    const next = argv[index + 1] ?? "";
    const long = /^--(?<name>[a-z-]+)(?:=(?<value>.*))?$/.exec(argument)?.groups;
    if (long !== undefined) pairs.push([long["name"] ?? "", long["value"] ?? next]);
    const short = /^-(?<letter>[A-Za-z0-9])(?<value>.*)$/.exec(argument)?.groups;
    if (short !== undefined) pairs.push([byLetter[short["letter"] ?? ""] ?? "", short["value"] || next]);
  }
  return collect(pairs);
}

/** Reads `name=value` lines of a dnsmasq configuration file. */
export function readDnsmasqFile(text: string): DnsmasqOptions {
  const lines = text.split("\n").map((line) => line.replace(/(^|\s)#.*$/, "").trim());
  return collect(
    lines.map((line) => {
      const [name = "", ...value] = line.split("=");
      return [name.trim(), value.join("=").trim()] as const;
    }),
  );
}

/** The directory of a `conf-dir` value, if a file of this name in it is read. Source: dnsmasq(8), --conf-dir. */
export function usableConfDir(value: string, fileName: string): string | undefined {
  const [directory = "", ...patterns] = value.split(",");
  const only = patterns.filter((each) => each.startsWith("*")).map((each) => each.slice(1));
  const not = patterns.filter((each) => !each.startsWith("*"));
  const isRead =
    (only.length === 0 || only.some((end) => fileName.endsWith(end))) && !not.some((end) => fileName.endsWith(end));
  return isRead && directory.startsWith("/") ? directory.replace(/(?<=.)\/$/, "") : undefined;
}

function collect(pairs: readonly (readonly [name: string, value: string])[]): DnsmasqOptions {
  const values = (name: string): readonly string[] =>
    pairs.filter(([each, value]) => each === name && value !== "").map(([, value]) => value);
  const [confDirs = [], confFiles = [], listen = []] = wanted.map(values);
  return { confDirs, confFiles, listenAddresses: listen.flatMap((each) => each.split(",")) };
}
