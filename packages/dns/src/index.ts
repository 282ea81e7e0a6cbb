export { startDnsServer } from "./dns-server.ts";
export type { ChangeableOptions, DnsServer, DnsServerOptions } from "./options.ts";
export type { ListenAddress } from "./listen/listen.ts";
