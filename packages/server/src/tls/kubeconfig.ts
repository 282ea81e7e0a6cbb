import type { Credentials } from "./credentials.ts";
import { writePrivateFile } from "./files.ts";

export interface KubeconfigOptions {
  /** `https://127.0.0.1:6445`. */
  readonly server: string;
  readonly credentials: Credentials;
}

/** Cluster, user and context are all called this. */
const name = "ordinal";

/** Writes a kubeconfig with the client's certificate and key in it, readable only by its owner. */
export async function writeKubeconfig(path: string, { server, credentials }: KubeconfigOptions): Promise<void> {
  const lines = [
    "apiVersion: v1",
    "kind: Config",
    "clusters:",
    `- name: ${name}`,
    "  cluster:",
    `    server: ${server}`,
    `    certificate-authority-data: ${base64(credentials.ca)}`,
    "users:",
    `- name: ${name}`,
    "  user:",
    `    client-certificate-data: ${base64(credentials.clientCertificate)}`,
    `    client-key-data: ${base64(credentials.clientKey)}`,
    "contexts:",
    `- name: ${name}`,
    "  context:",
    `    cluster: ${name}`,
    `    user: ${name}`,
    `current-context: ${name}`,
    "",
  ];
  await writePrivateFile(path, lines.join("\n"));
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
