/** How to reach an API server and be known there. Certificates and keys are PEM texts. */
export interface ClusterAccess {
  /** `https://127.0.0.1:6445`, possibly with a path; without a slash at the end. */
  readonly server: string;
  /** Whom to trust. Left out: the certificate authorities of the machine. */
  readonly ca?: string;
  /** Do not check the server's certificate at all. */
  readonly insecureSkipTlsVerify?: boolean;
  /** The name the server's certificate must carry, when it is not the host's. */
  readonly tlsServerName?: string;
  readonly credentials: Credentials;
  /** The namespace of the context; undefined where it names none. */
  readonly namespace?: string;
}

/** A token file is read again for every request, because whoever wrote it may renew it. */
export type Credentials =
  | { readonly by: "nothing" }
  | { readonly by: "certificate"; readonly certificate: string; readonly key: string }
  | { readonly by: "token"; readonly token: string }
  | { readonly by: "token file"; readonly path: string }
  | { readonly by: "password"; readonly username: string; readonly password: string };
