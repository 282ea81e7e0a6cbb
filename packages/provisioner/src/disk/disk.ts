import * as fs from "node:fs/promises";

/**
 * The file system as far as the provisioner touches it: everything that makes, changes or removes something goes through
 * one of these, so that a test can end the world at any single call. The calls are those of `node:fs/promises`.
 */
export type Disk = Pick<
  typeof fs,
  | "chmod"
  | "chown"
  | "copyFile"
  | "lchown"
  | "link"
  | "lstat"
  | "lutimes"
  | "mkdir"
  | "open"
  | "opendir"
  | "readdir"
  | "readFile"
  | "readlink"
  | "realpath"
  | "rename"
  | "rmdir"
  | "statfs"
  | "symlink"
  | "truncate"
  | "unlink"
  | "utimes"
>;

/** The real one. */
export const nodeDisk: Disk = fs;
