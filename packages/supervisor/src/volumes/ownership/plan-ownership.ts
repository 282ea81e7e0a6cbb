/** What is known of a file before its group is changed. */
export interface Owned {
  readonly gid: number;
  /** All of st_mode. */
  readonly mode: number;
  readonly isDirectory: boolean;
  readonly isLink: boolean;
}

export interface GroupWanted {
  readonly gid: number;
  /** The pod may only read it. */
  readonly readOnly: boolean;
}

/** What is left to do to a file; empty when all is as it should be. */
export interface OwnershipChange {
  readonly changesGroup?: true;
  /** Permission bits, set-id bits included. */
  readonly mode?: number;
}

const readWrite = 0o660;
const readOnlyBits = 0o440;
const search = 0o110;
const setGroupId = 0o2000;

/**
 * A volume's files get the group, and the group gets what the owner ought to have. What others may do stays.
 * Source: `pkg/volume/volume_linux.go` changeFilePermission.
 */
export function planOwnership(file: Owned, wanted: GroupWanted): OwnershipChange {
  const changesGroup = file.gid !== wanted.gid;
  const group = changesGroup ? ({ changesGroup: true } as const) : {};
  // A link has no mode of its own.
  if (file.isLink) return group;
  const before = file.mode & 0o7777;
  const mode = before | wantedBits(wanted) | (file.isDirectory ? setGroupId | search : 0);
  // A change of the group takes set-id bits away.
  return changesGroup || mode !== before ? { ...group, mode } : {};
}

/** Whether a volume's root says that all of it has been given already. Source: requiresPermissionChange. */
export function isRootOwned(root: Owned, wanted: GroupWanted): boolean {
  const bits = wantedBits(wanted) | search | setGroupId;
  return root.gid === wanted.gid && (root.mode & bits) === bits;
}

function wantedBits({ readOnly }: GroupWanted): number {
  return readOnly ? readOnlyBits : readWrite;
}
