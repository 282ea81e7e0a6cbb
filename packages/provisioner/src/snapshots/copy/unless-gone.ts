import { hasCode } from "@ordinal/runtime";

/** Undefined when what was listed is gone, or something else by now: others write to what is copied. */
export async function unlessGone<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP", "EINVAL", "ENXIO", "ESTALE")) return undefined;
    throw error;
  }
}
