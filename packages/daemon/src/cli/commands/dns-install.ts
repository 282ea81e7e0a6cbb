import { systemClock } from "@ordinal/runtime";
import type { DataDir } from "../../data-dir.ts";
import { parseAddress, parseDomain, parseRange } from "../../setting-values.ts";
import { checkUntilGood, isGood, type NameCheck } from "../../split-dns/check-names.ts";
import { prepareInstall } from "../../split-dns/install.ts";
import { planSplitDns } from "../../split-dns/plan.ts";
import { showByHand, showChanges, showTarget } from "../../split-dns/show-plan.ts";
import { surveyHost } from "../../split-dns/survey.ts";
import { createSystemHost } from "../../split-dns/system-host.ts";
import { targetOf, type SplitDnsTarget } from "../../split-dns/target.ts";
import { UsageError } from "../../usage-error.ts";
import { readArguments, type Values } from "../arguments.ts";
import { confirm } from "../confirm.ts";
import { dnsDataDir } from "../dns-data-dir.ts";
import { readServed } from "../dns-served.ts";

const options = {
  yes: { type: "boolean" },
  "dry-run": { type: "boolean" },
  "dns-listen": { type: "string", multiple: true },
  "cluster-domain": { type: "string", multiple: true },
  "dns-reverse": { type: "string", multiple: true },
  "data-dir": { type: "string" },
} as const;

/** How long a resolver may take to find names after it was told to. */
const settleMs = 8_000;

/** Sets the host's resolver up. Ends with 0 when that is done, and with 1 where it cannot be or names do not resolve. */
export async function dnsInstall(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, options);
  const host = createSystemHost();
  const dir = await dnsDataDir(values, { host });
  const { target, dataDir } = await findTarget(values, dir);
  const plan = planSplitDns(await surveyHost(host), target);
  if (plan.is === "by hand") {
    console.log(showByHand(plan));
    return 1;
  }
  const prepared = await prepareInstall(host, { plan, target, dataDir });
  if (prepared.isDone) {
    console.log(`${plan.resolver} of this host asks ${showTarget(target)} already.`);
    return report(await checkUntilGood(host, target, { clock: systemClock, withinMs: 0 }));
  }
  console.log(`${plan.resolver} of this host will ask ${showTarget(target)}.`);
  console.log(showChanges({ changes: prepared.changes, commands: prepared.commands, notes: plan.notes }));
  if (!host.isRoot && values["dry-run"] !== true)
    throw new UsageError("this changes the whole host, so it needs root; nothing was changed. Run it again with sudo");
  if (!(await confirm(values))) {
    console.log("Nothing was changed.");
    return 0;
  }
  await prepared.run();
  console.log('Done. "ordinal dns uninstall" puts everything back.');
  return report(await checkUntilGood(host, target, { clock: systemClock, withinMs: settleMs }));
}

/** Flags say it for a server that no daemon has started; else the daemon's own files do. */
async function findTarget(
  values: Values,
  dir: DataDir,
): Promise<{ readonly target: SplitDnsTarget; readonly dataDir: string | undefined }> {
  const list = (name: keyof typeof options): readonly string[] | undefined => {
    const given = values[name];
    return Array.isArray(given) ? given.map(String) : undefined;
  };
  const listen = list("dns-listen")?.map((each) => parseAddress("dns-listen", each));
  const zones = list("cluster-domain")?.map((each) => parseDomain("cluster-domain", each));
  const ranges = list("dns-reverse")?.map((each) => parseRange("dns-reverse", each));
  if (listen !== undefined)
    return {
      target: targetOf({ addresses: listen, zones: zones ?? ["cluster.local"], ranges: ranges ?? [] }),
      dataDir: undefined,
    };
  if (zones !== undefined || ranges !== undefined)
    throw new UsageError(
      "--cluster-domain and --dns-reverse go with --dns-listen ADDRESS:PORT, which says where DNS answers",
    );
  const { target } = await readServed(dir);
  if (target === undefined)
    throw new UsageError(
      `nothing is known of a daemon at ${dir.root}; start it (ordinal start), name its --data-dir, or say where DNS answers with --dns-listen ADDRESS:PORT`,
    );
  return { target, dataDir: dir.root };
}

function report(checks: readonly NameCheck[]): number {
  const asleep = checks.find(({ direct }) => direct.is === "failed");
  if (asleep?.direct.is === "failed") {
    console.log(
      `Not checked: DNS does not answer ${asleep.name} itself (${asleep.direct.why}). Once it does, see: ordinal dns status`,
    );
    return 0;
  }
  for (const check of checks) {
    console.log(
      isGood(check)
        ? `Checked: this host finds ${check.name} at ${check.byHost.join(", ")}.`
        : `This host does not find ${check.name}, though DNS answers it. What is known to be in the way: ordinal dns status`,
    );
  }
  return checks.every(isGood) ? 0 : 1;
}
