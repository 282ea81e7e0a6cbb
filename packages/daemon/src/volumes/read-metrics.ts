import { request } from "node:https";
import { text } from "node:stream/consumers";
import type { ClusterAccess } from "@ordinal/client";

/** How long the daemon may take to answer. */
const patienceMs = 10_000;

/** The daemon's `/metrics`, with the certificate of its kubeconfig. */
export async function readMetrics({ server, ca, credentials }: ClusterAccess): Promise<string> {
  if (credentials.by !== "certificate") throw new Error("the kubeconfig of the daemon has no certificate");
  const { certificate, key } = credentials;
  const asked = request(`${server}/metrics`, {
    ...(ca === undefined ? {} : { ca }),
    cert: certificate,
    key,
    signal: AbortSignal.timeout(patienceMs),
  });
  return await new Promise((resolve, reject) => {
    asked.once("error", reject);
    asked.once("response", (answer) => {
      const said = text(answer);
      if (answer.statusCode === 200) said.then(resolve, reject);
      else reject(new Error(`${server}/metrics answered ${answer.statusCode}`));
    });
    asked.end();
  });
}
