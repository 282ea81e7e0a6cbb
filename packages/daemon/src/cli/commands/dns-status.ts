import { checkNames, checkServer } from "../../split-dns/check-names.ts";
import { readInstalled, type Installed } from "../../split-dns/installed.ts";
import { notesOn } from "../../split-dns/notes.ts";
import { judge } from "../../split-dns/status.ts";
import { surveyHost } from "../../split-dns/survey.ts";
import { createSystemHost, type SystemHost } from "../../split-dns/system-host.ts";
import { readArguments } from "../arguments.ts";
import { askHealth } from "../dns-health.ts";
import { dnsDataDir } from "../dns-data-dir.ts";
import { readServed } from "../dns-served.ts";

/** Ends with 0 when the host is set up and finds Ordinal's names, with 1 otherwise. */
export async function dnsStatus(argv: readonly string[]): Promise<number> {
  const { values } = readArguments(argv, { "data-dir": { type: "string" } });
  const host = createSystemHost();
  const { target: served, isRunning, http } = await readServed(await dnsDataDir(values, { host }));
  const installed = await readInstalled(host);
  const target = installed?.target ?? served;
  const { lines, isGood } = judge({
    installed,
    damaged: installed === undefined ? [] : await damagedFiles(host, installed),
    served,
    isRunning,
    health: http === undefined ? undefined : await askHealth(http),
    server: target === undefined ? undefined : await checkServer(target),
    checks: installed === undefined ? [] : await checkNames(host, installed.target),
    notes: target === undefined ? [] : notesOn(await surveyHost(host), target),
  });
  console.log(lines.join("\n"));
  return isGood ? 0 : 1;
}

async function damagedFiles(host: SystemHost, { files }: Installed): Promise<readonly string[]> {
  const texts = await Promise.all(files.map(async ({ path }) => await host.readText(path)));
  return files.filter(({ text }, index) => texts[index] !== text).map(({ path }) => path);
}
