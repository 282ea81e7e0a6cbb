export { startDnsServer } from "./dns-server.ts";
export type { DnsServer, DnsServerOptions } from "./dns-server.ts";
export type { ListenAddress } from "./listen/listen.ts";
