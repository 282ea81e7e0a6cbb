/** One line of /proc/<pid>/mountinfo. */
export interface MountPoint {
  readonly path: string;
  readonly fileSystem: string;
  /** What is mounted, as the file system names it: a device, or a word. */
  readonly source: string;
}

/** Reads /proc/<pid>/mountinfo; see proc(5). */
export function parseMountInfo(text: string): readonly MountPoint[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [fields = "", rest = ""] = line.split(" - ");
      const [fileSystem = "", source = ""] = rest.split(" ");
      return { path: unescapePath(fields.split(" ")[4] ?? ""), fileSystem, source: unescapePath(source) };
    });
}

/** Spaces and the like are written as octal numbers in mountinfo and fstab alike. */
export function escapePath(path: string): string {
  return path.replaceAll(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}

function unescapePath(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** Whether `path` is `directory` or lies below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "/" || path === directory || path.startsWith(`${directory}/`);
}
