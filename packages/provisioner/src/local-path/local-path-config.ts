/** Where volumes of a class may lie. Either of the two is set. */
export interface ClassPaths {
  /** Absolute directories by node; `DEFAULT_PATH_FOR_NON_LISTED_NODES` for the others. */
  readonly nodePathMap: ReadonlyMap<string, readonly string[]>;
  /** A directory that every node sees. */
  readonly sharedFileSystemPath?: string;
}

/** The settings of rancher's provisioner, `config.json` in its ConfigMap `local-path-config`, read and checked. */
export interface LocalPathConfig {
  /** For classes without paths of their own; undefined when there are only such. */
  readonly paths: ClassPaths | undefined;
  /** By the name of the StorageClass. */
  readonly classPaths: ReadonlyMap<string, ClassPaths>;
  /** How long a setup or teardown may take. */
  readonly commandTimeoutMs: number;
  /** A program that makes a volume, in place of the script `setup`. */
  readonly setupCommand?: string;
  readonly teardownCommand?: string;
  /** Absolute; where the scripts `setup` and `teardown` may be. */
  readonly scriptsDir?: string;
}

/** The settings as they are now, which may change at any time. */
export interface LocalPathSettings {
  current(): LocalPathConfig;
  /** Calls back after each change. Returns how to end it. */
  onChange(listener: () => void): () => void;
}

/** The entry of `nodePathMap` for nodes that have none of their own. */
export const otherNodes = "DEFAULT_PATH_FOR_NON_LISTED_NODES";

/** All volumes in one directory: what holds as long as nobody has given a file. */
export function onePath(path: string): LocalPathConfig {
  return {
    paths: { nodePathMap: new Map([[otherNodes, [path]]]) },
    classPaths: new Map(),
    commandTimeoutMs: 120_000,
  };
}

/** Every directory the configuration names. */
export function allPaths(config: LocalPathConfig): readonly string[] {
  const all = [config.paths, ...config.classPaths.values()].flatMap((paths) => [
    ...(paths?.sharedFileSystemPath === undefined ? [] : [paths.sharedFileSystemPath]),
    ...[...(paths?.nodePathMap.values() ?? [])].flat(),
  ]);
  return [...new Set(all)];
}
