import type { Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { hasCode } from "@ordinal/runtime";

/** What a request path leads to. */
export type Found =
  | { readonly is: "file"; readonly path: string; readonly stats: Stats }
  /** A directory asked for without its slash: the path to go to. */
  | { readonly is: "moved"; readonly to: string }
  | { readonly is: "forbidden" }
  | { readonly is: "missing" }
  | { readonly is: "malformed" };

/** Looks a request path up below `root`. Nothing outside of it is ever found, neither by `..` nor through a link. */
export async function findFile(root: string, requestPath: string): Promise<Found> {
  const path = decodePath(requestPath);
  if (path === undefined) return { is: "malformed" };
  const found = await lookUp(root, path);
  if (found.is !== "directory") return found;
  if (!path.endsWith("/")) return { is: "moved", to: `${requestPath}/` };
  const index = await lookUp(root, `${path}index.html`);
  // nginx lists no directories unless it is told to.
  return index.is === "file" ? index : { is: "forbidden" };
}

/** Percent-decoded and without `.` and `..`; undefined for what cannot be decoded or climbs out. */
function decodePath(requestPath: string): string | undefined {
  try {
    const decoded = decodeURIComponent(requestPath);
    if (!decoded.startsWith("/") || decoded.includes("\0")) return undefined;
    const parts: string[] = [];
    for (const part of decoded.split("/").slice(1)) {
      if (part === "..") {
        if (parts.pop() === undefined) return undefined;
      } else if (part !== "." && part !== "") parts.push(part);
    }
    const isDirectory = /\/\.{0,2}$/.test(decoded);
    return `/${parts.join("/")}${isDirectory && parts.length > 0 ? "/" : ""}`;
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

async function lookUp(root: string, path: string): Promise<Found | { readonly is: "directory" }> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(join(root, path))]);
    if (real !== realRoot && !real.startsWith(realRoot.endsWith(sep) ? realRoot : realRoot + sep))
      return { is: "forbidden" };
    const stats = await stat(real);
    if (stats.isDirectory()) return { is: "directory" };
    return stats.isFile() ? { is: "file", path: real, stats } : { is: "forbidden" };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ENAMETOOLONG")) return { is: "missing" };
    if (hasCode(error, "EACCES", "ELOOP", "EPERM")) return { is: "forbidden" };
    throw error;
  }
}
