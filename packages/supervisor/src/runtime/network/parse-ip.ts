/** What `ip -json` says of interfaces; only what is used here. */
export interface Link {
  readonly name: string;
  readonly alias: string;
  readonly master: string | undefined;
  readonly addresses: readonly string[];
}

export interface Route {
  /** `10.0.0.0/8`, an address, or `default`. */
  readonly to: string;
  readonly type: string;
  readonly device: string | undefined;
}

/** Reads `ip -json -4 addr show`, which lists every interface. */
export function parseLinks(json: string): readonly Link[] {
  const links = JSON.parse(json) as readonly {
    readonly ifname?: string;
    readonly ifalias?: string;
    readonly master?: string;
    readonly addr_info?: readonly { readonly local?: string; readonly prefixlen?: number }[];
  }[];
  return links
    .filter(({ ifname }) => ifname !== undefined)
    .map(({ ifname = "", ifalias = "", master, addr_info: info = [] }) => ({
      name: ifname,
      alias: ifalias,
      master,
      addresses: info.map(({ local, prefixlen }) => `${local}/${prefixlen}`),
    }));
}

/** Reads `ip -json -4 route show table all`. */
export function parseRoutes(json: string): readonly Route[] {
  const routes = JSON.parse(json) as readonly {
    readonly dst?: string;
    readonly type?: string;
    readonly dev?: string;
  }[];
  return routes.map(({ dst = "default", type = "unicast", dev }) => ({ to: dst, type, device: dev }));
}
