/** A file that is to be there. */
export interface PlannedFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** A program to run once the files are as they should be. */
export interface PlannedCommand {
  readonly argv: readonly string[];
  readonly why: string;
}

/** Everything that makes this host ask Ordinal, and that undoes it. */
export interface SplitDnsPlan {
  readonly is: "plan";
  /** Whom the host asks, in words. */
  readonly resolver: string;
  /** New files only: nothing that is there is changed. */
  readonly files: readonly PlannedFile[];
  readonly commands: readonly PlannedCommand[];
  /** Run after the files are gone. */
  readonly undoCommands: readonly PlannedCommand[];
  /** What the user ought to know. */
  readonly notes: readonly string[];
}

/** The first line of every file of ours: how to tell it from somebody else's. */
const mark = '# Written by "ordinal dns install"; "ordinal dns uninstall" removes it.';

export function isOurs(text: string): boolean {
  return text.startsWith(mark);
}

/** A configuration file of ours, readable for everybody. */
export function plannedFile(path: string, lines: readonly string[]): PlannedFile {
  return { path, text: [mark, ...lines, ""].join("\n"), mode: 0o644 };
}
