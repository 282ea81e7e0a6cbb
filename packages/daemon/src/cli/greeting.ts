import { dataDirAt } from "../data-dir.ts";
import type { RunFile } from "../run-file.ts";
import type { Settings } from "../settings.ts";
import { showAddress } from "../setting-values.ts";
import { digServer } from "./dns-greeting.ts";

/** What a user sees when the daemon is ready: where things are and what to type next. */
export function showGreeting(run: RunFile, settings: Settings): string {
  const dns = run.dns[0];
  const dig =
    dns === undefined ? "" : `dig +short ${digServer(dns)} <pod>.<service>.<namespace>.svc.${run.clusterDomain}`;
  return [
    "",
    "Ordinal is ready.",
    `  API         https://127.0.0.1:${run.apiPort}`,
    `  DNS         ${run.dns.map(showAddress).join(", ")}`,
    `  pods run as ${run.runtime === "sandbox" ? "sandboxes" : "plain processes"}: ${run.runtimeReason}`,
    `  manifests   ${settings.manifests}`,
    "",
    `  export KUBECONFIG=${dataDirAt(settings.dataDir).kubeconfig}`,
    "  kubectl get pods -A",
    `  ${dig}`,
    "",
  ].join("\n");
}
