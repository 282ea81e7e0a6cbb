import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Clock } from "@ordinal/runtime";
import type { Credentials } from "./credentials.ts";
import { makePrivateDirectory, readIfPresent, writePrivateFile } from "./files.ts";
import type { Issued, ServerName } from "./issue.ts";

export interface EnsureCredentialsOptions {
  /** Where the files are kept; made when it is not there. */
  readonly dir: string;
  readonly clock: Clock;
  /** Address of the `kubernetes` service. */
  readonly serviceAddress: string;
  /** `cluster.local`. */
  readonly clusterDomain: string;
  /** Further zones in which the `kubernetes` service has a name. */
  readonly otherDomains?: readonly string[];
}

export interface EnsureServerCertificateOptions {
  /** The same directory as that of `ensureCredentials`, which must have been there before. */
  readonly dir: string;
  readonly clock: Clock;
  /** The files are `<name>.crt` and `<name>.key`. */
  readonly name: string;
  /** What clients reach the server by. */
  readonly hosts: readonly string[];
}

const dayMs = 24 * 60 * 60_000;
const authorityMs = 10 * 365 * dayMs;
const leafMs = 365 * dayMs;
/** What lasts less than this is made anew at the next start. */
const renewMs = 90 * dayMs;

/** The user whom the kubeconfig is for, in the group that may do everything. */
const user = { commonName: "ordinal-admin", organization: "system:masters" } as const;

/**
 * The certificates and keys of this data directory. Made once; later starts read them, and make anew what is missing, broken,
 * about to expire, or lacks a name the server now has. A new authority renews everything.
 */
export async function ensureCredentials(options: EnsureCredentialsOptions): Promise<Credentials> {
  const { dir, clock } = options;
  await makePrivateDirectory(dir);
  const nowMs = clock.now();
  const names = serverNames(options);
  const authority = await ensureAuthority(dir, nowMs);
  const server = await ensureServer(join(dir, "server"), { authority, nowMs, commonName: "ordinal", names });
  const client = await ensure(join(dir, "client"), {
    isGood: (found) => isLasting(found, nowMs) && isSignedBy(found, authority),
    issue: async () => {
      const { issueLeaf } = await import("./issue.ts");
      return await issueLeaf({ authority, ...user, ...validity(nowMs, leafMs) });
    },
  });
  return {
    ca: authority.certificate,
    serverCertificate: server.certificate,
    serverKey: server.key,
    clientCertificate: client.certificate,
    clientKey: client.key,
  };
}

/**
 * The certificate of one more server of this data directory, signed by the same authority. Made once, and made anew as
 * `ensureCredentials` does. Gives back where the certificate and its key are, so that the key need not be passed on.
 */
export async function ensureServerCertificate(
  options: EnsureServerCertificateOptions,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const { dir, clock, name, hosts } = options;
  const path = join(dir, name);
  const names = hosts.map((value): ServerName => ({ type: isIP(value) === 0 ? "dns" : "ip", value }));
  const nowMs = clock.now();
  const authority = await ensureAuthority(dir, nowMs);
  await ensureServer(path, { authority, nowMs, commonName: `ordinal-${name}`, names });
  return { certificate: `${path}.crt`, key: `${path}.key` };
}

async function ensureAuthority(dir: string, nowMs: number): Promise<Issued> {
  return await ensure(join(dir, "ca"), {
    isGood: (found) => isLasting(found, nowMs),
    issue: async () => {
      const { issueAuthority } = await import("./issue.ts");
      return await issueAuthority(validity(nowMs, authorityMs));
    },
  });
}

interface Server {
  readonly authority: Issued;
  readonly nowMs: number;
  readonly commonName: string;
  readonly names: readonly ServerName[];
}

async function ensureServer(path: string, { authority, nowMs, commonName, names }: Server): Promise<Issued> {
  return await ensure(path, {
    isGood: (found) => isLasting(found, nowMs) && isSignedBy(found, authority) && hasNames(found, names),
    issue: async () => {
      const { issueLeaf } = await import("./issue.ts");
      return await issueLeaf({ authority, commonName, names, ...validity(nowMs, leafMs) });
    },
  });
}

interface Need {
  readonly isGood: (found: Issued) => boolean;
  readonly issue: () => Promise<Issued>;
}

/** Key first: a certificate on disk always has its key beside it. */
async function ensure(path: string, { isGood, issue }: Need): Promise<Issued> {
  const [certificate, key] = await Promise.all([readIfPresent(`${path}.crt`), readIfPresent(`${path}.key`)]);
  if (certificate !== undefined && key !== undefined && isGood({ certificate, key })) return { certificate, key };
  const issued = await issue();
  await writePrivateFile(`${path}.key`, issued.key);
  await writePrivateFile(`${path}.crt`, issued.certificate);
  return issued;
}

function serverNames(options: EnsureCredentialsOptions): readonly ServerName[] {
  const { serviceAddress, clusterDomain, otherDomains = [] } = options;
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    ...[clusterDomain, ...otherDomains].map((domain) => `kubernetes.default.svc.${domain}`),
  ];
  return [
    ...["localhost", ...service].map((value): ServerName => ({ type: "dns", value })),
    ...["127.0.0.1", serviceAddress].map((value): ServerName => ({ type: "ip", value })),
  ];
}

/** A clock that is a little behind ours must not find the certificate to be of tomorrow. */
function validity(nowMs: number, lengthMs: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(nowMs - dayMs), notAfter: new Date(nowMs + lengthMs) };
}

function isLasting(found: Issued, nowMs: number): boolean {
  const certificate = read(found);
  if (certificate === undefined) return false;
  return certificate.validFromDate.getTime() <= nowMs && certificate.validToDate.getTime() > nowMs + renewMs;
}

function isSignedBy(found: Issued, authority: Issued): boolean {
  const issuer = new X509Certificate(authority.certificate);
  return read(found)?.verify(issuer.publicKey) === true;
}

function hasNames(found: Issued, names: readonly ServerName[]): boolean {
  const certificate = read(found);
  return names.every(({ type, value }) =>
    type === "dns" ? certificate?.checkHost(value) !== undefined : certificate?.checkIP(value) !== undefined,
  );
}

/** The certificate, if it is one and the key is its own. */
function read({ certificate, key }: Issued): X509Certificate | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    return parsed.checkPrivateKey(createPrivateKey(key)) ? parsed : undefined;
  } catch {
    // Whatever is wrong with such a file, the answer is to make it anew.
    return undefined;
  }
}
