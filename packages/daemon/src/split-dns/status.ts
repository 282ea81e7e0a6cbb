import { isDeepStrictEqual } from "node:util";
import { showAddress } from "../setting-values.ts";
import { isGood, type DirectAnswer, type NameCheck } from "./check-names.ts";
import type { Installed } from "./installed.ts";
import { showTarget } from "./show-plan.ts";
import type { SplitDnsTarget } from "./target.ts";

/** All that `ordinal dns status` has found out. */
export interface SplitDnsFindings {
  readonly installed: Installed | undefined;
  /** Files of the install that are missing or not as they were written. */
  readonly damaged: readonly string[];
  /** What the daemon serves; undefined where it has left no word. */
  readonly served: SplitDnsTarget | undefined;
  readonly isRunning: boolean;
  /** The health of the DNS process in its own words, where it serves any. */
  readonly health: string | undefined;
  /** Whether the DNS that is served, or installed, answers; undefined where none is known. */
  readonly server: DirectAnswer | undefined;
  /** None where nothing is installed. */
  readonly checks: readonly NameCheck[];
  /** What is known to come between programs and names on this host. */
  readonly notes: readonly string[];
}

export interface Verdict {
  readonly lines: readonly string[];
  /** Set up, and names resolve on this host. */
  readonly isGood: boolean;
}

/** What to say about it, and what to do. */
export function judge(findings: SplitDnsFindings): Verdict {
  const { installed, served, server, health, checks } = findings;
  const remedy = remedyFor(findings);
  return {
    lines: [
      installed === undefined
        ? "This host is not set up to ask Ordinal."
        : `${installed.resolver} of this host asks ${showTarget(installed.target)}.`,
      ...(installed?.files ?? []).map(({ path }) => `  file      ${path}`),
      ...(served === undefined
        ? []
        : [`  DNS       ${served.servers.map(showAddress).join(", ")}: ${sayServer(server)}`]),
      ...(health === undefined ? [] : [`  health    ${health}`]),
      ...checks.map((check) => `  lookup    ${sayLookup(check)}`),
      ...(checks.every(isGood) ? [] : findings.notes.map((note) => `  note      ${note}`)),
      ...(remedy === undefined ? [] : [remedy]),
    ],
    isGood: remedy === undefined,
  };
}

function remedyFor({ installed, damaged, served, isRunning, checks }: SplitDnsFindings): string | undefined {
  const [damage] = damaged;
  const failed = checks.find(({ direct }) => direct.is === "failed");
  const lost = checks.find((check) => !isGood(check));
  if (installed === undefined) return "Set it up: ordinal dns install";
  if (installed.state === "changing") return "An install was cut off. Do it again, or undo it: ordinal dns uninstall";
  if (damage !== undefined) return `${damage} is not as it was written. Write it again: ordinal dns install`;
  if (served !== undefined && installed.dataDir !== undefined && !isDeepStrictEqual(served, installed.target))
    return `Ordinal now answers at ${showTarget(served)}. Set the host up for that: ordinal dns install`;
  if (!isRunning && failed !== undefined)
    return "Ordinal is not running, so its names do not resolve; all others do. Start it: ordinal start";
  if (failed?.direct.is === "failed")
    return `DNS does not answer ${failed.name}: ${failed.direct.why}. Its log: ordinal logs dns`;
  if (lost !== undefined)
    return `DNS answers, but the host does not find ${lost.name} there: look whether /etc/resolv.conf still leads to ${installed.resolver}, and what stands before dns in /etc/nsswitch.conf.`;
  return undefined;
}

function sayServer(server: DirectAnswer | undefined): string {
  return server?.is === "failed" ? server.why : "answers";
}

function sayLookup({ name, direct, byHost }: NameCheck): string {
  if (byHost.length === 0) return `${name}: this host does not find it`;
  const same = direct.is === "answered" && isGood({ name, direct, byHost });
  return `${name}: ${byHost.join(", ")}${same ? ", as DNS says" : ""}`;
}
