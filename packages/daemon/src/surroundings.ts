import { join } from "node:path";

/** What the environment gives: where defaults come from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  readonly home: string;
}

/** The data directory: `/var/lib/ordinal` for root, below XDG_STATE_HOME otherwise. */
export function defaultDataDir({ env, isRoot, home }: Surroundings): string {
  if (isRoot) return "/var/lib/ordinal";
  return join(env["XDG_STATE_HOME"] ?? join(home, ".local/state"), "ordinal");
}
