import type { Problem } from "./problem.ts";

/** A file of the image. `content` is a template (see template.ts). */
export interface ProfileFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

/** What an image name stands for on a machine without images: which host programs to run, and how. */
export interface Profile {
  readonly name: string;
  /** Repository names it answers to; its own name when the file lists none. */
  readonly images: readonly string[];
  /** Host programs without which it cannot run. */
  readonly requires: readonly string[];
  /** Replaced by a container's `command`, as an image's ENTRYPOINT is. Templates. */
  readonly entrypoint: readonly string[];
  /** Replaced by a container's `args` or dropped with its `command`, as an image's CMD is. Templates. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly files: readonly ProfileFile[];
  /** Directories that belong to the image: what the host has there is hidden, only `files` are in them. */
  readonly directories: readonly string[];
  /** The signal that ends it, as an image's STOPSIGNAL. */
  readonly stopSignal: StopSignal;
  /** Another profile to use when a required program is missing. */
  readonly fallback?: string;
}

export const stopSignals = ["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP"] as const;
export type StopSignal = (typeof stopSignals)[number];

/** Where profiles are looked up. */
export interface Catalogue {
  /** The profile of an image, or undefined. Files are read again when they have changed. */
  find(image: string): Promise<Profile | undefined>;
  /** The profile of this name, for fallbacks. */
  named(name: string): Promise<Profile | undefined>;
  /** What is wrong with the files as they are now. */
  problems(): readonly Problem[];
  /** Where a user puts a profile of their own. */
  readonly userDirectory: string;
}
