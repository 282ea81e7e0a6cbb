import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { ApiError, isApiError, kinds, type ResourceName } from "@ordinal/api";
import { keyOf, refOf, type Client } from "@ordinal/client";
import { hasCode, startReconcileLoop, type Clock, type Logger, type Outcome, type Stoppable } from "@ordinal/runtime";
import { watch } from "chokidar";
import fsExtra from "fs-extra";
import { problemsOf } from "./api-problems.ts";
import { applyObject, getIfPresent, manifestAnnotation, refOfManifest } from "./apply-object.ts";
import { parseManifest, type ManifestObject } from "./parse-manifest.ts";
import { showProblem, type Problem } from "./problem.ts";

export interface ManifestSourceOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  /** Made when missing; files below it ending in .yaml, .yml or .json are kept applied. */
  readonly dir: string;
}

/** `resource/namespace/name` of an object that a file put there. */
type ObjectKey = `${ResourceName}/${string}`;

const againAfterRefusalMs = 2_000;

/**
 * Keeps the objects of a folder of manifests applied: added and changed files are applied, removed ones take their
 * objects with them, and a file with a problem changes nothing until it is mended.
 */
export async function startManifestSource({ client, clock, log, dir }: ManifestSourceOptions): Promise<Stoppable> {
  await fsExtra.ensureDir(dir);
  const ownedBy = await findOwned(client);
  const reported = new Map<string, string>();
  // One file at a time: files may depend on each other's namespaces, and the order of names is then the order of work.
  const loop = startReconcileLoop({ name: "manifests", reconcile, clock, log, concurrency: 1 });
  const watcher = watch(dir, {
    ignored: (path) => isHidden(relative(dir, path)),
    awaitWriteFinish: { stabilityThreshold: 50, pollInterval: 10 },
  });
  watcher.on("all", (_event, path) => {
    if (isManifest(path)) loop.enqueue(relative(dir, path));
  });
  watcher.on("error", (error) => log.error("cannot watch the manifests folder", { dir, error: String(error) }));
  for (const file of ownedBy.keys()) loop.enqueue(file);

  async function reconcile(file: string): Promise<Outcome> {
    const text = await readIfPresent(join(dir, file));
    if (text === undefined) {
      reported.delete(file);
      await removeAllBut(file, new Set());
      ownedBy.delete(file);
      return {};
    }
    const parsed = parseManifest(file, text);
    if (!parsed.ok) return report(file, parsed.error);
    const problems = await findProblems(file, parsed.value);
    if (problems.length > 0) return { ...report(file, problems), againMs: againAfterRefusalMs };
    reported.delete(file);
    await applyAll(file, parsed.value);
    return {};
  }

  /** Tries every object without storing it. What a namespace of this very file will allow is not tried before it is there. */
  async function findProblems(file: string, manifests: readonly ManifestObject[]): Promise<readonly Problem[]> {
    const coming = new Set(
      manifests.filter(({ kind }) => kind.plural === "namespaces").map(({ object }) => object.metadata.name),
    );
    const problems: Problem[] = [];
    for (const manifest of manifests) {
      const { namespace } = refOfManifest(manifest);
      if (
        namespace !== undefined &&
        coming.has(namespace) &&
        (await getIfPresent(client, "namespaces", { name: namespace })) === undefined
      )
        continue;
      problems.push(...otherFile(file, manifest), ...(await tryOne(file, manifest)));
    }
    return problems;
  }

  function otherFile(file: string, manifest: ManifestObject): readonly Problem[] {
    const key = objectKey(manifest);
    const other = [...ownedBy].find(([name, keys]) => name !== file && keys.has(key))?.[0];
    if (other === undefined) return [];
    return [
      manifest.problemAt(
        "metadata.name",
        `${manifest.kind.kind} "${manifest.object.metadata.name}" is in ${other} already; an object can come from one file only`,
      ),
    ];
  }

  async function tryOne(file: string, manifest: ManifestObject): Promise<readonly Problem[]> {
    try {
      await applyObject(client, manifest, { file, dryRun: true });
      return [];
    } catch (error) {
      if (error instanceof ApiError && !isApiError(error, "ServiceUnavailable", "Conflict"))
        return problemsOf(error, manifest);
      throw error;
    }
  }

  async function applyAll(file: string, manifests: readonly ManifestObject[]): Promise<void> {
    const keys = new Set(manifests.map(objectKey));
    ownedBy.set(file, new Set([...(ownedBy.get(file) ?? []), ...keys]));
    for (const manifest of manifests) {
      const done = await applyObject(client, manifest, { file, dryRun: false });
      if (done !== "unchanged") log.info(`${file}: ${manifest.kind.singular}/${manifest.object.metadata.name} ${done}`);
    }
    await removeAllBut(file, keys);
  }

  async function removeAllBut(file: string, kept: ReadonlySet<ObjectKey>): Promise<void> {
    for (const key of ownedBy.get(file) ?? []) {
      if (!kept.has(key)) await removeIfOurs(file, key);
    }
    ownedBy.set(file, new Set(kept));
  }

  /** An object that another file or a person has taken over since is left alone. */
  async function removeIfOurs(file: string, key: ObjectKey): Promise<void> {
    const [resource, ref] = splitKey(key);
    const current = await getIfPresent(client, resource, ref);
    if (current?.metadata.annotations?.[manifestAnnotation] !== file) return;
    await client.delete(resource, ref, { propagation: "Background", preconditions: { uid: current.metadata.uid } });
    log.info(`${file}: ${resource}/${ref.name} deleted, because the file no longer has it`);
  }

  function report(file: string, problems: readonly Problem[]): Outcome {
    const text = problems.map(showProblem).join("\n");
    if (reported.get(file) !== text) log.error(`manifest not applied, nothing was changed\n${text}`);
    reported.set(file, text);
    return {};
  }

  return {
    async stop() {
      await watcher.close();
      await loop.stop();
    },
  };
}

/** What earlier runs have applied, by file, so that a file removed while the daemon was down is noticed. */
async function findOwned(client: Client): Promise<Map<string, ReadonlySet<ObjectKey>>> {
  const owned = new Map<string, Set<ObjectKey>>();
  for (const { plural } of kinds) {
    const { items } = await client.list(plural);
    for (const item of items) {
      const file = item.metadata.annotations?.[manifestAnnotation];
      // What a controller makes may have the annotations of its owner: a revision has those of its set.
      const isMade = item.metadata.ownerReferences?.some(({ controller }) => controller === true) ?? false;
      if (file === undefined || isMade) continue;
      const keys = owned.get(file) ?? new Set();
      owned.set(file, keys.add(`${plural}/${keyOf(item)}`));
    }
  }
  return new Map(owned);
}

function objectKey(manifest: ManifestObject): ObjectKey {
  const { namespace, name } = refOfManifest(manifest);
  return `${manifest.kind.plural}/${keyOf({ metadata: { name, ...(namespace === undefined ? {} : { namespace }) } })}`;
}

function splitKey(key: ObjectKey): readonly [ResourceName, ReturnType<typeof refOf>] {
  const slash = key.indexOf("/");
  return [key.slice(0, slash) as ResourceName, refOf(key.slice(slash + 1))];
}

function isManifest(path: string): boolean {
  return /\.(ya?ml|json)$/.test(path);
}

/** Editors' swap and backup files begin with a dot; no manifest does. */
function isHidden(path: string): boolean {
  return path.split("/").some((part) => part.startsWith(".") && part !== "..");
}

async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT", "EISDIR")) return undefined;
    throw new Error(`cannot read ${path}`, { cause: error });
  }
}
