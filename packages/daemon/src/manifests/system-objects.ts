import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { isApiError } from "@ordinal/api";
import type { Client } from "@ordinal/client";
import { refOfManifest } from "./apply-object.ts";
import { parseManifest, type ManifestObject } from "./parse-manifest.ts";
import { showProblem } from "./problem.ts";

/** Creates the objects that every start ensures, where they are missing: what a user changed in one stays changed. */
export async function ensureSystemObjects(client: Client, dir: string): Promise<void> {
  const files = (await readdir(dir)).filter((name) => name.endsWith(".yaml")).toSorted();
  for (const file of files) {
    const parsed = parseManifest(file, await readFile(join(dir, file), "utf8"));
    if (!parsed.ok) throw new Error(parsed.error.map(showProblem).join("\n"));
    for (const manifest of parsed.value) await createUnlessPresent(client, manifest);
  }
}

async function createUnlessPresent(client: Client, manifest: ManifestObject): Promise<void> {
  const metadata = { ...manifest.object.metadata, ...refOfManifest(manifest) };
  try {
    await client.create(manifest.kind.plural, { ...manifest.object, metadata }, { fieldValidation: "Strict" });
  } catch (error) {
    if (!isApiError(error, "AlreadyExists")) throw error;
  }
}
