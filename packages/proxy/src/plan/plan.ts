/** Where connections go. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

/** One address to listen on, and where what arrives there goes at this moment. */
export interface Forward {
  readonly protocol: "TCP" | "UDP";
  readonly host: string;
  readonly port: number;
  /** Empty: nobody is there now, and connecting is refused. */
  readonly targets: readonly Target[];
}

/** `TCP 127.0.0.1:20080`: what tells forwards apart, whatever their targets. */
export function nameOf({ protocol, host, port }: Omit<Forward, "targets">): string {
  return `${protocol} ${host.includes(":") ? `[${host}]` : host}:${port}`;
}
