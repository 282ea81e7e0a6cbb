import { createPrivateKey, X509Certificate } from "node:crypto";
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
  const authority = await ensure(join(dir, "ca"), {
    isGood: (found) => isLasting(found, nowMs),
    issue: async () => {
      const { issueAuthority } = await import("./issue.ts");
      return await issueAuthority(validity(nowMs, authorityMs));
    },
  });
  const isSigned = (found: Issued): boolean => isLasting(found, nowMs) && isSignedBy(found, authority);
  const server = await ensure(join(dir, "server"), {
    isGood: (found) => isSigned(found) && hasNames(found, names),
    issue: async () => {
      const { issueLeaf } = await import("./issue.ts");
      return await issueLeaf({ authority, commonName: "ordinal", names, ...validity(nowMs, leafMs) });
    },
  });
  const client = await ensure(join(dir, "client"), {
    isGood: isSigned,
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

function serverNames({ serviceAddress, clusterDomain }: EnsureCredentialsOptions): readonly ServerName[] {
  const service = [
    "kubernetes",
    "kubernetes.default",
    "kubernetes.default.svc",
    `kubernetes.default.svc.${clusterDomain}`,
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
