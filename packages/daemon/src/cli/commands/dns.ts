import { UsageError } from "../../usage-error.ts";
import type { Command } from "../main.ts";

/** Loaded one by one, because the DNS process must not carry what only these need. */
const subcommands: Readonly<Record<string, () => Promise<Command>>> = {
  install: async () => (await import("./dns-install.ts")).dnsInstall,
  status: async () => (await import("./dns-status.ts")).dnsStatus,
  uninstall: async () => (await import("./dns-uninstall.ts")).dnsUninstall,
};

/** Without a subcommand, the DNS server itself. */
export async function dns(argv: readonly string[]): Promise<number> {
  const [name = "", ...rest] = argv;
  const load = subcommands[name];
  if (load !== undefined) return await (await load())(rest);
  if (name !== "" && !name.startsWith("-")) {
    const known = Object.keys(subcommands).join(", ");
    throw new UsageError(`there is no "ordinal dns ${name}"; there are ${known}, and without one the server runs`);
  }
  const { serveDns } = await import("../dns-serve.ts");
  return await serveDns(argv);
}
