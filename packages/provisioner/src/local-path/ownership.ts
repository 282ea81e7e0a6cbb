import type { Result, StorageClass } from "@ordinal/api";
import { hasCode } from "@ordinal/runtime";
import type { Disk } from "../disk/disk.ts";
import type { Access } from "./directory.ts";
import { fillTemplate, type TemplateData } from "./template.ts";

/** What the patterns of a class say for a claim; empty where there is no pattern. */
export interface Owner {
  readonly user: string;
  readonly group: string;
  readonly perm: string;
}

/** For anybody, as rancher's own setup script has it. */
const defaultMode = 0o777;

/** The values of `userPattern`, `groupPattern` and `permPattern`, in the class's parameters or annotations. Source: rancher `dataFromPattern`. */
export function ownerOf(storageClass: StorageClass, data: TemplateData): Result<Owner, string> {
  const values = { user: "", group: "", perm: "" };
  for (const key of ["user", "group", "perm"] as const) {
    const name = `${key}Pattern`;
    const pattern = storageClass.parameters?.[name] ?? storageClass.metadata.annotations?.[name] ?? "";
    const filled = fillTemplate(pattern, data);
    if (!filled.ok) return { ok: false, error: `failed to create ${key} from ${filled.error}` };
    values[key] = filled.value.trim();
  }
  return { ok: true, value: values };
}

/** What that means for a directory: ids, or names by this machine's /etc/passwd and /etc/group. */
export async function accessOf({ user, group, perm }: Owner, disk: Disk): Promise<Result<Access, string>> {
  const mode = perm === "" ? defaultMode : parseMode(perm);
  if (mode === undefined)
    return { ok: false, error: `permPattern gives ${JSON.stringify(perm)}: must be octal, such as 0750` };
  const uid = await idOf(user, "/etc/passwd", disk);
  if (uid === "unknown")
    return { ok: false, error: `userPattern gives ${JSON.stringify(user)}: there is no such user` };
  const gid = await idOf(group, "/etc/group", disk);
  if (gid === "unknown")
    return { ok: false, error: `groupPattern gives ${JSON.stringify(group)}: there is no such group` };
  return {
    ok: true,
    value: { mode, ...(uid === undefined ? {} : { user: uid }), ...(gid === undefined ? {} : { group: gid }) },
  };
}

function parseMode(text: string): number | undefined {
  return /^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777 ? Number.parseInt(text, 8) : undefined;
}

/** The highest id but one; that one is chown's word for "as it is". */
const highestId = 4_294_967_294;

async function idOf(name: string, file: string, disk: Disk): Promise<number | "unknown" | undefined> {
  if (name === "") return undefined;
  if (/^\d{1,10}$/.test(name)) return Number(name) <= highestId ? Number(name) : "unknown";
  const line = (await readLines(file, disk)).find((each) => each.startsWith(`${name}:`));
  const id = line?.split(":")[2] ?? "";
  return /^\d{1,10}$/.test(id) ? Number(id) : "unknown";
}

async function readLines(file: string, disk: Disk): Promise<readonly string[]> {
  try {
    return (await disk.readFile(file, "utf8")).split("\n");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  }
}
