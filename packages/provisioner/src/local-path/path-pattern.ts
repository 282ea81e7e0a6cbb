import { posix } from "node:path";
import type { Result, StorageClass } from "@ordinal/api";
import { longestName } from "./directory.ts";
import { fillTemplate, type TemplateData } from "./template.ts";

/** The longest path Linux takes, less room for what pods put below it. */
const longestPath = 2048;

/** Whether the class gives up the rule that a claim's directory lies below `<namespace>/<name>`. Source: rancher `provisionFor`. */
export function isUnsafe({ metadata, parameters }: StorageClass): boolean {
  const said = parameters?.["allowUnsafePathPattern"] ?? metadata.annotations?.["allowUnsafePathPattern"] ?? "false";
  // What Go's strconv.ParseBool takes for true.
  return ["1", "t", "T", "TRUE", "true", "True"].includes(said);
}

/**
 * The directory of a claim below its base, by the class's `pathPattern`. It is the claim's own: `<namespace>/<name>` or below
 * that, unless the class is unsafe (CVE-2025-62878, GHSA-jr3w-9vfr-c746). Whatever the class says, it never leaves the base.
 */
export function pathOfPattern(
  pattern: string,
  data: TemplateData,
  options: { readonly isUnsafe: boolean },
): Result<string, string> {
  const filled = fillTemplate(pattern, data);
  if (!filled.ok) return refuse(`failed to create path from ${filled.error}`);
  const path = filled.value.replace(/\/+$/, "");
  const problem = problemOf(path);
  if (problem !== undefined)
    return refuse(`folder path contains invalid references: ${JSON.stringify(path)} ${problem}`);
  const own = `${data.claim.namespace}/${data.claim.name}`;
  if (!options.isUnsafe && path !== own && !path.startsWith(`${own}/`)) {
    return refuse(
      `pathPattern must start with {{ .PVC.Namespace }}/{{ .PVC.Name }}/: ${path}; allowUnsafePathPattern: "true" in the StorageClass lifts this rule`,
    );
  }
  return { ok: true, value: path };
}

function problemOf(path: string): string | undefined {
  if (path === "") return "is empty";
  if (path.startsWith("/")) return "is absolute";
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path)) return "has a control character";
  const steps = path.split("/");
  if (steps.includes("..")) return "leads out of its base";
  if (posix.normalize(path) !== path) return "has an empty step, or one that is a dot";
  if (path.startsWith(".")) return "begins with a dot: such names are Ordinal's own";
  if (steps.some((step) => Buffer.byteLength(step) > longestName))
    return `has a name of more than ${longestName} bytes`;
  return Buffer.byteLength(path) > longestPath ? `is longer than ${longestPath} bytes` : undefined;
}

function refuse(error: string): Result<string, string> {
  return { ok: false, error };
}
