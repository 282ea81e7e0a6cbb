import { readInstalled } from "../../split-dns/installed.ts";
import { showChanges } from "../../split-dns/show-plan.ts";
import { createSystemHost } from "../../split-dns/system-host.ts";
import { prepareUninstall } from "../../split-dns/uninstall.ts";
import { UsageError } from "../../usage-error.ts";
import { readArguments } from "../arguments.ts";
import { confirm } from "../confirm.ts";

/** Puts back what install has changed; needs neither the daemon nor its data. Ends with 1 when something is left to do. */
export async function dnsUninstall(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, {
    yes: { type: "boolean" },
    "dry-run": { type: "boolean" },
    // Taken as the other subcommands take it; the host has one resolver, whichever daemon it asks.
    "data-dir": { type: "string" },
  });
  const host = createSystemHost();
  const installed = await readInstalled(host);
  if (installed === undefined) {
    console.log("This host is not set up to ask Ordinal; there is nothing to put back.");
    return 0;
  }
  const prepared = await prepareUninstall(host, installed);
  console.log(`${installed.resolver} of this host will no longer ask Ordinal.`);
  console.log(
    showChanges({
      ...prepared,
      notes: prepared.foreign.map((path) => `${path} was changed since, and stays as it is`),
    }),
  );
  if (!host.isRoot && values["dry-run"] !== true)
    throw new UsageError("this changes the whole host, so it needs root; nothing was changed. Run it again with sudo");
  if (!(await confirm(values))) {
    console.log("Nothing was changed.");
    return 0;
  }
  const left = await prepared.run();
  console.log(left.length === 0 ? "Done: everything is as it was before." : `Done, but:\n  ${left.join("\n  ")}`);
  return left.length === 0 ? 0 : 1;
}
