import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Surroundings } from "./surroundings.ts";
import { UsageError } from "./usage-error.ts";

/**
 * The kubeconfig to use where none is named: the first that is there of those in $KUBECONFIG, else ~/.kube/config, as
 * kubectl does, else the one of the daemon. Throws UsageError naming where it has looked.
 */
export function findKubeconfig({ env, home }: Surroundings, ofDaemon: string): string {
  const named = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  const places = named.length > 0 ? named : [join(home, ".kube/config"), ofDaemon];
  const found = places.find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no kubeconfig at ${places.join(" or ")}; say how to reach the API server with --kubeconfig FILE`,
  );
}
