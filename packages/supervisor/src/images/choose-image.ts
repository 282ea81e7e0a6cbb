import type { Container, Result } from "@ordinal/api";
import type { Catalogue, Profile } from "./profile.ts";

/** What runs a container: a profile, or its own command from the host. */
export interface ImageChoice {
  readonly profile?: Profile;
  /** For the status: `ordinal://profiles/nginx`, or `ordinal://host`. */
  readonly imageId: string;
}

export interface ImageSources {
  readonly catalogue: Catalogue;
  /** Finds a program as the container would; with the PATH of its profile, if that has one. */
  readonly which: (program: string, searchPath: string | undefined) => Promise<string | undefined>;
}

/** Picks the profile for a container's image. An error is text for the status: ErrImagePull. */
export async function chooseImage(container: Container, sources: ImageSources): Promise<Result<ImageChoice, string>> {
  const image = container.image ?? "";
  const profile = await sources.catalogue.find(image);
  if (profile !== undefined) return await usable(profile, sources);
  if ((container.command ?? []).length > 0) return { ok: true, value: { imageId: "ordinal://host" } };
  return { ok: false, error: howToAdd(image, sources.catalogue) };
}

/** Follows fallbacks until one can run. */
async function usable(first: Profile, sources: ImageSources): Promise<Result<ImageChoice, string>> {
  const tried = new Set<string>();
  for (let profile: Profile | undefined = first; profile !== undefined && !tried.has(profile.name);) {
    tried.add(profile.name);
    const missing = await missingProgram(profile, sources);
    if (missing === undefined) return { ok: true, value: { profile, imageId: `ordinal://profiles/${profile.name}` } };
    if (profile.fallback === undefined) return { ok: false, error: lacks(profile.name, missing) };
    const next: Profile | undefined = await sources.catalogue.named(profile.fallback);
    if (next === undefined) {
      return {
        ok: false,
        error: `${lacks(profile.name, missing)}, and its fallback ${profile.fallback} does not exist`,
      };
    }
    profile = next;
  }
  return { ok: false, error: `the fallbacks of image profile ${first.name} go round in a circle` };
}

async function missingProgram(profile: Profile, { which }: ImageSources): Promise<string | undefined> {
  for (const program of profile.requires) {
    if ((await which(program, profile.env["PATH"])) === undefined) return program;
  }
  return undefined;
}

const lacks = (profile: string, program: string): string =>
  `image profile ${profile} needs the program ${program}, which is not on this machine`;

function howToAdd(image: string, catalogue: Catalogue): string {
  const name = image.split("/").at(-1)?.split(/[:@]/)[0] ?? "image";
  const place = `${catalogue.userDirectory}/${name}.yaml`;
  const broken = catalogue.problems().find((problem) => problem.file.endsWith(`/${name}.yaml`));
  if (broken !== undefined) {
    return `the image profile for ${image} is broken: ${broken.file}:${broken.line}:${broken.column} ${broken.message}`;
  }
  return `no image profile for ${image}: say what to run in ${place} (at least "name: ${name}" and "args: [<program>]"), or give the container a command`;
}
