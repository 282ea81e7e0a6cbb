import { stringify } from "yaml";
import type { Credentials } from "./credentials.ts";
import { writePrivateFile } from "./files.ts";

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6445`. */
  readonly server: string;
  readonly credentials: Credentials;
}

/** Cluster, user and context are all called this. */
const name = "ordinal";

/** Writes a kubeconfig with the client's certificate and key in it, readable only by its owner; as JSON for `.json`. */
export async function writeKubeconfig(path: string, options: KubeconfigOptions): Promise<void> {
  const content = kubeconfigOf(options);
  const text = path.endsWith(".json") ? JSON.stringify(content) : stringify(content, { lineWidth: 0 });
  await writePrivateFile(path, text);
}

function kubeconfigOf({ server, credentials }: KubeconfigOptions): object {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": base64(credentials.ca) } }],
    users: [
      {
        name,
        user: {
          "client-certificate-data": base64(credentials.clientCertificate),
          "client-key-data": base64(credentials.clientKey),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
