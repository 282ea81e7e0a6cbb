/** What systemd-resolved on this host is and does, as far as split DNS needs to know. */
export interface ResolvedFacts {
  readonly version: number;
  /** Servers for all names, which are not tied to a network link. */
  readonly globalServers: readonly string[];
  /** Whether some network link has servers of its own. */
  readonly hasLinkServers: boolean;
}

/** Reads `systemd 255 (255.4-1ubuntu8)`; 0 where it says nothing of the kind. */
export function readSystemdVersion(output: string): number {
  return Number(/^systemd (?<version>\d+)/m.exec(output)?.groups?.["version"] ?? 0);
}

/** Reads what `resolvectl dns` prints: `Global: SERVERS`, then `Link 2 (eth0): SERVERS` for each link. */
export function readResolvedServers(output: string): Omit<ResolvedFacts, "version"> {
  const lines = output.split("\n").map((line) => /^(?<of>Global|Link \d+ \([^)]+\)):(?<servers>.*)$/.exec(line.trim()));
  const servers = lines.flatMap((line) => {
    const { of = "", servers: text = "" } = line?.groups ?? {};
    return text
      .trim()
      .split(/\s+/)
      .filter((server) => server !== "")
      .map((server) => ({ of, server }));
  });
  return {
    globalServers: servers.filter(({ of }) => of === "Global").map(({ server }) => server),
    hasLinkServers: servers.some(({ of }) => of.startsWith("Link")),
  };
}
