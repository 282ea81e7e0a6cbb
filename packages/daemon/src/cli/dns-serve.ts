import { startDnsServer, type ChangeableOptions, type DnsServer } from "@ordinal/dns";
import { createStopStack, systemClock, type Logger } from "@ordinal/runtime";
import { isEncrypted } from "../dns-arguments.ts";
import { changeableDnsOptions, fixedDnsOptions, readCertificate } from "../dns-options.ts";
import { readDnsSettings, type DnsSettings } from "../dns-settings.ts";
import { findKubeconfig } from "../find-kubeconfig.ts";
import { dnsFlagNames, flags } from "../flags.ts";
import type { ReadDnsConfig } from "../follow-dns-config.ts";
import { withFile, type ConfigFile } from "../setting-sources.ts";
import type { Raw } from "../setting-values.ts";
import { dataDirOf, surroundings } from "./arguments.ts";
import { wordsOf } from "../usage-error.ts";
import { ordinalVersion } from "../version.ts";
import { runCompanion, type About, type CompanionGiven, type CompanionMain } from "./companion-process.ts";
import { showDnsGreeting } from "./dns-greeting.ts";
import { takePrecedence } from "./take-precedence.ts";

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
  takePrecedence(log);
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
        version: `Ordinal ${ordinalVersion}`,
        reportLease: values["report-lease"] === true,
        ...fixed,
        ...config.optionsOf(settings),
      }),
    );
    const aboutNow = ({ settings: current, fileRaw }: ReadDnsConfig): About => ({
      addresses: server.addresses,
      tls: server.tls,
      https: server.https,
      http: server.http,
      lameduckSeconds: settings.lameduckSeconds,
      zones: current.zones,
      externalZones: current.externalZones,
      ranges: config.optionsOf(current).reverseRanges,
      ...(config.path === undefined ? {} : { lastGood: fileRaw }),
    });
    onHangUp(settings, { server, log });
    if (config.path !== undefined) {
      const { followDnsConfig } = await import("../follow-dns-config.ts");
      const followed = stack.add(
        await followDnsConfig({
          path: config.path,
          log,
          current: config.current,
          read: config.read,
          apply: async (next) => {
            await server.reconfigure(config.optionsOf(next.settings));
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

/** SIGHUP: the certificate may have been renewed in its place. */
function onHangUp(settings: DnsSettings, { server, log }: { readonly server: DnsServer; readonly log: Logger }): void {
  if (!isEncrypted(settings)) return;
  process.on("SIGHUP", () => {
    readCertificate(settings)
      .then(async (certificate) => {
        if (certificate !== undefined) await server.reloadCertificate(certificate);
        log.info("the certificate of DNS was read again");
      })
      .catch((error: unknown) => log.error("DNS goes on with its old certificate", { error: wordsOf(error) }));
  });
}

interface Config {
  readonly path: string | undefined;
  readonly current: ReadDnsConfig;
  readonly read: () => ReadDnsConfig;
  readonly optionsOf: (settings: DnsSettings) => Required<ChangeableOptions>;
}

/** Flags over the file. Started by the daemon, a file with a mistake must not keep names from being served. */
async function readConfig({ values, earlier }: CompanionGiven, log: Logger): Promise<Config> {
  const flagsGiven = Object.fromEntries(Object.entries(values).filter(([name]) => isDnsFlag(name))) as Raw;
  const ownRanges = Array.isArray(values["own-range"]) ? values["own-range"].map(String) : [];
  const optionsOf = (settings: DnsSettings): Required<ChangeableOptions> => changeableDnsOptions(settings, ownRanges);
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

function isDnsFlag(name: string): boolean {
  return dnsFlagNames.some((each) => each === name);
}
