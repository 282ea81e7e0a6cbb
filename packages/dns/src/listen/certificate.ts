import type { SecureContextOptions } from "node:tls";
import { describeError } from "@ordinal/runtime";

/** A certificate (with those that vouch for it behind it) and its key, both as PEM. The key is a secret. */
export interface Certificate {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** What a secure server is made with. Source: RFC 8310 §8.2, RFC 9325 §3.1.1 for the version. */
export function secureOptions({ cert, key }: Certificate): SecureContextOptions {
  return { cert, key, minVersion: "TLSv1.2" };
}

/** Says what is wrong with a certificate before anything is bound. */
export async function checkCertificate(certificate: Certificate): Promise<void> {
  const { createSecureContext } = await import("node:tls");
  try {
    createSecureContext(secureOptions(certificate));
  } catch (error) {
    throw new Error(
      `the certificate for DNS cannot be used: ${describeError(error)}; give a certificate and the key it was made for, both as PEM`,
      { cause: error },
    );
  }
}
