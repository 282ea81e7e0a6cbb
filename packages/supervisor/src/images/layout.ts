import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Mount, RunSpec } from "../pod-runtime.ts";
import type { Profile } from "./profile.ts";
import { pathsIn, render, type TemplateValues } from "./template.ts";

export interface LayoutOptions {
  readonly profile: Profile;
  /** Without a sandbox nothing is mounted, and container paths become host paths. */
  readonly runtime: "sandbox" | "process";
  /** What the pod mounts into the container; it hides what the image has there. */
  readonly mounts: readonly Mount[];
  /** A directory of the host for what belongs to the image. */
  readonly directory: string;
  readonly values: Omit<TemplateValues, "path">;
}

/** What a profile brings into a container. */
export interface Layout {
  readonly mounts: readonly Mount[];
  readonly files: RunSpec["files"];
  readonly values: TemplateValues;
}

/** Writes the profile's directories and files, and says what of them is to be mounted or put into the container. */
export async function layOutImage(options: LayoutOptions): Promise<Layout> {
  const { profile, runtime, mounts, directory } = options;
  const own = profile.directories
    .filter((target) => covering(mounts, target) === undefined)
    .map((target): Mount => ({ source: join(directory, target), target, readOnly: false }));
  for (const { source } of own) await mkdir(source, { recursive: true });

  const all = [...own, ...mounts];
  const values: TemplateValues = {
    ...options.values,
    path: (path) => locate(path, { runtime, mounts: all, directory }),
  };
  if (runtime === "process") await makeParents(profile, { mounts: all, directory });
  const inside: RunSpec["files"][number][] = [];
  for (const file of profile.files.filter(({ path }) => covering(mounts, path) === undefined)) {
    const content = render(file.content, values);
    const isOurs = runtime === "process" || covering(own, file.path) !== undefined;
    if (isOurs)
      await putFile({ ...file, content, path: locate(file.path, { runtime: "process", mounts: all, directory }) });
    else inside.push({ ...file, content });
  }
  return { mounts: all, files: inside, values };
}

/** Programs expect the folders above what they write, such as /run, to be there. */
async function makeParents(
  { entrypoint, args, files }: Profile,
  where: Pick<LayoutOptions, "mounts" | "directory">,
): Promise<void> {
  const templates = [...entrypoint, ...args, ...files.map(({ content }) => content)];
  for (const path of templates.flatMap(pathsIn)) {
    await mkdir(dirname(locate(path, { ...where, runtime: "process" })), { recursive: true });
  }
}

/** Where a path of the container really is. */
export function locate(
  path: string,
  { runtime, mounts, directory }: Pick<LayoutOptions, "runtime" | "mounts" | "directory">,
): string {
  if (runtime === "sandbox") return path;
  const mount = covering(mounts, path);
  return mount === undefined ? join(directory, path) : join(mount.source, path.slice(mount.target.length));
}

/** The innermost mount a path lies in. */
export function covering(mounts: readonly Mount[], path: string): Mount | undefined {
  return mounts
    .filter(({ target }) => path === target || path.startsWith(target.endsWith("/") ? target : `${target}/`))
    .toSorted((a, b) => a.target.length - b.target.length)
    .at(-1);
}

async function putFile({ path, content, mode = 0o644 }: RunSpec["files"][number]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
}
