/** What was found out about the host. */
export interface HostFacts {
  /** As `process.platform` has it. */
  readonly platform: string;
  readonly isRoot: boolean;
  /** Programs that sandboxes need and that are not there. */
  readonly missingPrograms: readonly string[];
  /** What went wrong when namespaces were tried; undefined when they work, or were not tried. */
  readonly namespaceError?: string;
  /** What went wrong when a copy-on-write view of `/` was tried; undefined when it works, or was not tried. */
  readonly overlayError?: string;
}

export type RuntimeKind = "sandbox" | "process";

export type RuntimeChoice =
  | { readonly ok: true; readonly kind: RuntimeKind; readonly reason: string }
  | { readonly ok: false; readonly message: string };

/** Which runtime to use and why, in words for the log and the status. Sandboxes are used where they can be. */
export function chooseRuntime(wanted: "auto" | RuntimeKind, facts: HostFacts): RuntimeChoice {
  if (wanted === "process") return { ok: true, kind: "process", reason: "asked for with --runtime process" };
  const obstacle = obstacleTo(facts);
  if (wanted === "sandbox") {
    if (obstacle === undefined) return { ok: true, kind: "sandbox", reason: "asked for with --runtime sandbox" };
    return { ok: false, message: `--runtime sandbox is not possible here: ${obstacle}` };
  }
  if (obstacle !== undefined)
    return { ok: true, kind: "process", reason: `sandboxes are not possible here: ${obstacle}` };
  return { ok: true, kind: "sandbox", reason: "root on Linux with namespaces and overlays" };
}

function obstacleTo(facts: HostFacts): string | undefined {
  const { platform, isRoot, missingPrograms, namespaceError, overlayError } = facts;
  if (platform !== "linux") return `they need Linux, and this is ${platform}`;
  if (!isRoot) return "they need root";
  if (missingPrograms.length > 0)
    return `there is no ${missingPrograms.join(", ")} (Debian: util-linux, mount, iproute2)`;
  if (namespaceError !== undefined) return `namespaces cannot be made: ${namespaceError}`;
  if (overlayError !== undefined) return `there can be no copy-on-write view of /: ${overlayError}`;
  return undefined;
}
