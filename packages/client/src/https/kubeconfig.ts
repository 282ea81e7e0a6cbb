import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { ClusterAccess, Credentials } from "./cluster-access.ts";

export interface KubeconfigOptions {
  /** Which context; the file's `current-context` by default. */
  readonly context?: string;
}

/** One mapping of the file, with the words that say where it stands. */
interface Section {
  readonly where: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/**
 * Reads one kubeconfig file. Relative paths in it start at its folder. Fails with a message that names the file and the
 * entry; what this client does not do (exec plugins, auth providers, proxies, impersonation) is refused, never skipped.
 * Source: client-go `clientcmd`.
 */
export async function loadKubeconfig(path: string, options: KubeconfigOptions = {}): Promise<ClusterAccess> {
  try {
    return await readAccess(await readFile(path, "utf8"), { folder: dirname(resolve(path)), ...options });
  } catch (error) {
    throw new Error(`cannot use kubeconfig ${path}`, { cause: error });
  }
}

async function readAccess(text: string, options: KubeconfigOptions & { folder: string }): Promise<ClusterAccess> {
  const file: Section = { where: "the file", values: asRecord(await parseText(text), "the file") };
  const contextName = options.context ?? textOf(file, "current-context");
  if (contextName === undefined) throw new Error("it has no current-context");
  const context = entryOf(file, { list: "contexts", kind: "context", name: contextName });
  const cluster = entryOf(file, { list: "clusters", kind: "cluster", name: requiredText(context, "cluster") });
  const userName = textOf(context, "user");
  const user = userName === undefined ? undefined : entryOf(file, { list: "users", kind: "user", name: userName });
  refuse(cluster, "proxy-url");

  const ca = await pemOf(cluster, "certificate-authority", options.folder);
  const tlsServerName = textOf(cluster, "tls-server-name");
  const namespace = textOf(context, "namespace");
  return {
    server: serverOf(cluster),
    ...(ca === undefined ? {} : { ca }),
    ...(cluster.values["insecure-skip-tls-verify"] === true ? { insecureSkipTlsVerify: true } : {}),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
    ...(namespace === undefined ? {} : { namespace }),
    credentials: user === undefined ? { by: "nothing" } : await credentialsOf(user, options.folder),
  };
}

/** JSON is YAML too; tried as such first, it spares a small process the memory that a YAML parser takes. */
async function parseText(text: string): Promise<unknown> {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const { parseYaml } = await import("./parse-yaml.ts");
  return parseYaml(text);
}

function serverOf(cluster: Section): string {
  const server = requiredText(cluster, "server");
  if (!server.startsWith("https://") || !URL.canParse(server)) {
    throw new Error(`${cluster.where} has server ${JSON.stringify(server)}; it must be an https:// address`);
  }
  return server.replace(/\/+$/, "");
}

async function credentialsOf(user: Section, folder: string): Promise<Credentials> {
  for (const field of ["exec", "auth-provider", "as", "as-uid", "as-groups", "as-user-extra"]) refuse(user, field);
  const certificate = await pemOf(user, "client-certificate", folder);
  const key = await pemOf(user, "client-key", folder);
  if ((certificate === undefined) !== (key === undefined)) {
    throw new Error(`${user.where} needs both client-certificate and client-key`);
  }
  if (certificate !== undefined && key !== undefined) return { by: "certificate", certificate, key };

  const tokenFile = textOf(user, "tokenFile");
  if (tokenFile !== undefined) return { by: "token file", path: resolve(folder, tokenFile) };
  const token = textOf(user, "token");
  if (token !== undefined) return { by: "token", token };
  const username = textOf(user, "username");
  if (username !== undefined) return { by: "password", username, password: textOf(user, "password") ?? "" };
  return { by: "nothing" };
}

/** The base64 `<field>-data` goes before the path in `<field>`, as in client-go. */
async function pemOf(section: Section, field: string, folder: string): Promise<string | undefined> {
  const data = textOf(section, `${field}-data`);
  if (data !== undefined) return Buffer.from(data, "base64").toString("utf8");
  const path = textOf(section, field);
  return path === undefined ? undefined : await readFile(resolve(folder, path), "utf8");
}

function entryOf(file: Section, find: { list: string; kind: string; name: string }): Section {
  const list = file.values[find.list];
  const entries = Array.isArray(list) ? list.map((entry) => asRecord(entry, `an entry of ${find.list}`)) : [];
  const entry = entries.find(({ name }) => name === find.name);
  if (entry === undefined) {
    const names = entries.map(({ name }) => String(name)).join(", ") || "none";
    throw new Error(`there is no ${find.kind} ${JSON.stringify(find.name)}; the file has: ${names}`);
  }
  const where = `${find.kind} ${JSON.stringify(find.name)}`;
  return { where, values: asRecord(entry[find.kind] ?? {}, where) };
}

function refuse(section: Section, field: string): void {
  const value = section.values[field];
  if (value === undefined || value === null || value === "") return;
  throw new Error(
    `${section.where} uses ${field}, which is not supported here; use a client certificate or a token, ` +
      "such as one of `kubectl create token`",
  );
}

function requiredText(section: Section, field: string): string {
  const value = textOf(section, field);
  if (value === undefined) throw new Error(`${section.where} has no ${field}`);
  return value;
}

function textOf(section: Section, field: string): string | undefined {
  const value = section.values[field];
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value !== "string") throw new Error(`${field} of ${section.where} must be a text`);
  return value;
}

function asRecord(value: unknown, where: string): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new Error(`${where} must be a mapping`);
}
