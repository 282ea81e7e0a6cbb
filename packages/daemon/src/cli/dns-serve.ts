import { startDnsServer, type DnsServer } from "@ordinal/dns";
import { createStopStack, systemClock, type Logger } from "@ordinal/runtime";
import { changeableDnsOptions, fixedDnsOptions, type ChangeableDnsOptions } from "../dns-options.ts";
import { readDnsSettings, type DnsSettings } from "../dns-settings.ts";
import { findKubeconfig } from "../find-kubeconfig.ts";
import { dnsFlagNames, flags } from "../flags.ts";
import type { ReadDnsConfig } from "../follow-dns-config.ts";
import { withFile, type ConfigFile } from "../setting-sources.ts";
import type { Raw } from "../setting-values.ts";
import { dataDirOf, surroundings } from "./arguments.ts";
import { wordsOf } from "../usage-error.ts";
import { runCompanion, type About, type CompanionGiven, type CompanionMain } from "./companion-process.ts";
import { showDnsGreeting } from "./dns-greeting.ts";

const options: CompanionMain["options"] = {
  ...Object.fromEntries(
    dnsFlagNames.map((name) => [name, { type: flags[name].type, multiple: flags[name].multiple ?? false }]),
  ),
  config: { type: "string" },
  "data-dir": { type: "string" },
  // Given by the daemon, in addition to what the user says with --dns-reverse.
  "own-range": { type: "string", multiple: true },
  "report-lease": { type: "boolean" },
};

/** `ordinal dns` without a subcommand: the DNS server in the foreground, for any Kubernetes API server. */
export async function serveDns(argv: readonly string[]): Promise<number> {
  return await runCompanion(argv, {
    options,
    findKubeconfig: (values) => findKubeconfig(surroundings(), dataDirOf(values).kubeconfig),
    start,
  });
}

async function start(given: CompanionGiven): Promise<{ readonly about: About; stop(): Promise<void> }> {
  const { client, values, kubeconfig, publish } = given;
  const log = given.log.child({ part: "dns" });
  const config = await readConfig(given, log);
  const { settings } = config.current;
  const fixed = await fixedDnsOptions(settings);
  const stack = createStopStack();
  return await stack.guard(async () => {
    const server = stack.add(
      await startDnsServer({
        client,
        clock: systemClock,
        log,
        reportLease: values["report-lease"] === true,
        ...fixed,
        ...config.optionsOf(settings),
      }),
    );
    const aboutNow = ({ settings: current, fileRaw }: ReadDnsConfig): About => ({
      addresses: server.addresses,
      ...furtherAddresses(server),
      zones: current.zones,
      externalZones: current.externalZones,
      ranges: config.optionsOf(current).reverseRanges,
      ...(config.path === undefined ? {} : { lastGood: fileRaw }),
    });
    if (config.path !== undefined) {
      const { followDnsConfig } = await import("../follow-dns-config.ts");
      const followed = stack.add(
        await followDnsConfig({
          path: config.path,
          log,
          current: config.current,
          read: config.read,
          apply: async (next) => {
            await reconfigure(server, config.optionsOf(next.settings));
            await publish(aboutNow(next));
          },
        }),
      );
      process.on("SIGHUP", () => followed.reload());
    }
    const about = aboutNow(config.current);
    if (values["record"] === undefined) console.log(showDnsGreeting(about, { kubeconfig, settings }));
    return { about, stop: () => stack.stop() };
  });
}

interface Config {
  readonly path: string | undefined;
  readonly current: ReadDnsConfig;
  readonly read: () => ReadDnsConfig;
  readonly optionsOf: (settings: DnsSettings) => ChangeableDnsOptions;
}

/** Flags over the file. Started by the daemon, a file with a mistake must not keep names from being served. */
async function readConfig({ values, earlier }: CompanionGiven, log: Logger): Promise<Config> {
  const flagsGiven = Object.fromEntries(Object.entries(values).filter(([name]) => isDnsFlag(name))) as Raw;
  const ownRanges = Array.isArray(values["own-range"]) ? values["own-range"].map(String) : [];
  const optionsOf = (settings: DnsSettings): ChangeableDnsOptions => changeableDnsOptions(settings, ownRanges);
  const from = (file: ConfigFile | undefined): ReadDnsConfig => ({
    settings: withFile(flagsGiven, file, readDnsSettings),
    fileRaw: Object.fromEntries(Object.entries(file?.raw ?? {}).filter(([name]) => isDnsFlag(name))),
  });
  const path = values["config"];
  if (typeof path !== "string") {
    const current = from(undefined);
    return { path: undefined, current, read: () => current, optionsOf };
  }
  // Loaded only here: most DNS processes need no YAML parser.
  const { readConfigFile } = await import("../config-file.ts");
  const read = (): ReadDnsConfig => from(readConfigFile(path));
  try {
    return { path, current: read(), read, optionsOf };
  } catch (error) {
    if (earlier?.lastGood === undefined) throw error;
    log.error("the config file is not taken over; DNS goes on as before", { path, error: wordsOf(error) });
    return { path, current: from({ path, raw: earlier.lastGood, lineOf: () => 1 }), read, optionsOf };
  }
}

/** Where it serves beside UDP and TCP, as far as it says so. */
function furtherAddresses(server: DnsServer & Partial<Pick<About, "http" | "tls" | "https">>): Partial<About> {
  const { http, tls, https } = server;
  return { http, tls, https };
}

async function reconfigure(
  server: DnsServer & { reconfigure?(options: ChangeableDnsOptions): void | Promise<void> },
  changed: ChangeableDnsOptions,
): Promise<void> {
  if (server.reconfigure === undefined) throw new Error("this DNS server takes other settings only when it starts");
  await server.reconfigure(changed);
}

function isDnsFlag(name: string): boolean {
  return dnsFlagNames.some((each) => each === name);
}
