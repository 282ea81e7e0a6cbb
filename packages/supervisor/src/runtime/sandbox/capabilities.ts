/**
 * What a container's root may do: Docker's default set without `mknod`, because no device control group stands between
 * a device node and the disk. In the order of their numbers, with the number.
 */
const granted: Readonly<Record<string, number>> = {
  chown: 0,
  dac_override: 1,
  fowner: 3,
  fsetid: 4,
  kill: 5,
  setgid: 6,
  setuid: 7,
  setpcap: 8,
  net_bind_service: 10,
  net_raw: 13,
  sys_chroot: 18,
  audit_write: 29,
  setfcap: 31,
};

/** The granted ones of those the daemon itself may pass on; `status` is /proc/self/status. */
export function grantedCapabilities(status: string): readonly string[] {
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (bounding === undefined) return Object.keys(granted);
  const mask = BigInt(`0x${bounding}`);
  return Object.keys(granted).filter((name) => ((mask >> BigInt(granted[name] ?? 63)) & 1n) === 1n);
}

/** The words in front of a program that is to have this user and these capabilities at most. */
export function becomeCommand(
  setpriv: string,
  { user, groups = [], capabilities }: Identity & { readonly capabilities: readonly string[] },
): readonly string[] {
  const bounding = ["-all", ...capabilities.map((name) => `+${name}`)].join(",");
  return [setpriv, "--bounding-set", bounding, "--inh-caps", "-all", ...identityOptions({ user, groups }), "--"];
}

/** Who a program runs as; by default root, with no groups besides its own. */
export interface Identity {
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly groups?: readonly number[];
}

/** The options of setpriv(1) for it. */
export function identityOptions({ user, groups = [] }: Identity): readonly string[] {
  const ids = user === undefined ? [] : ["--reuid", String(user.uid), "--regid", String(user.gid)];
  return [...ids, ...(groups.length === 0 ? ["--clear-groups"] : ["--groups", groups.join(",")])];
}
