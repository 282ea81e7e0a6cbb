import { readFileSync } from "node:fs";
import { hasCode } from "@ordinal/runtime";
import { parseResolvConf } from "./resolv-conf.ts";

const usual = "/etc/resolv.conf";

/** Where systemd-resolved writes whom it asks itself. */
const behindStub = "/run/systemd/resolve/resolv.conf";

/** Where systemd-resolved answers programs of its machine. */
const stubs: ReadonlySet<string> = new Set(["127.0.0.53", "127.0.0.54"]);

/**
 * The file that says whom this machine asks about names. On a machine where that is systemd-resolved, its own list: it may have
 * been told to ask us, and would ask us again what we ask it. Source: kubelet `--resolv-conf`, kubeadm's choice of it.
 */
export function hostResolvConf(read: (path: string) => string | undefined = readText): string {
  const servers = parseResolvConf(read(usual) ?? "");
  const isStub = servers.length > 0 && servers.every(({ host }) => stubs.has(host));
  return isStub && read(behindStub) !== undefined ? behindStub : usual;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT") || hasCode(error, "EACCES")) return undefined;
    throw error;
  }
}
