export { startProxy } from "./proxy.ts";
export type { Proxy, ProxyOptions } from "./proxy.ts";
