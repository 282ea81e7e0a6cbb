/** What the server and its clients know each other by. All PEM texts; the keys are secrets. */
export interface Credentials {
  /** The certificate of the authority that signed the others. */
  readonly ca: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}
