import type { Result } from "@ordinal/api";
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Scalar, type YAMLMap } from "yaml";
import type { Problem } from "./problem.ts";
import { stopSignals, type Profile, type ProfileFile, type StopSignal } from "./profile.ts";
import { templateProblem } from "./template.ts";

/** Reads one profile file. Every mistake is reported with its place; a file with a mistake gives no profile. */
export function parseProfile(file: string, text: string): Result<Profile, readonly Problem[]> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter });
  const report = new Report(file, text, lineCounter);
  for (const error of document.errors) report.at(error.pos[0], error.message.split("\n")[0] ?? error.message);
  if (document.errors.length > 0) return { ok: false, error: report.problems };
  if (!isMap(document.contents)) {
    report.at(0, "a profile is a map with a `name`");
    return { ok: false, error: report.problems };
  }
  const profile = readProfile(new Reader(document.contents, report));
  return report.problems.length === 0 ? { ok: true, value: profile } : { ok: false, error: report.problems };
}

const profileKeys = [
  "name",
  "images",
  "requires",
  "entrypoint",
  "args",
  "env",
  "workingDir",
  "user",
  "files",
  "directories",
  "stopSignal",
  "fallback",
] as const;

function readProfile(reader: Reader): Profile {
  reader.only(profileKeys);
  const name = reader.required("name");
  const images = reader.strings("images");
  const workingDir = reader.absolutePath("workingDir");
  const user = readUser(reader);
  const fallback = reader.string("fallback");
  return {
    name,
    images: images.length === 0 ? [name] : images,
    requires: reader.strings("requires"),
    entrypoint: reader.strings("entrypoint"),
    args: reader.strings("args"),
    env: reader.stringMap("env"),
    files: reader.maps("files").map(readFile),
    directories: reader.strings("directories"),
    stopSignal: readStopSignal(reader),
    ...(workingDir === undefined ? {} : { workingDir }),
    ...(user === undefined ? {} : { user }),
    ...(fallback === undefined ? {} : { fallback }),
  };
}

function readFile(reader: Reader): ProfileFile {
  reader.only(["path", "content", "mode"]);
  const mode = reader.string("mode");
  if (mode !== undefined && !/^0?[0-7]{3}$/.test(mode))
    reader.complain("mode", 'mode is three octal digits, as "0644"');
  return {
    path: reader.absolutePath("path") ?? reader.required("path"),
    content: reader.string("content") ?? "",
    ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
  };
}

function readUser(reader: Reader): Profile["user"] {
  const user = reader.string("user");
  if (user === undefined) return undefined;
  const groups = /^(?<uid>\d+)(?::(?<gid>\d+))?$/.exec(user)?.groups;
  if (groups === undefined) reader.complain("user", 'user is a number, or two as in "101:101"');
  return { uid: Number(groups?.["uid"]), gid: Number(groups?.["gid"] ?? 0) };
}

function readStopSignal(reader: Reader): StopSignal {
  const name = reader.string("stopSignal") ?? "SIGTERM";
  const known = stopSignals.find((signal) => signal === name);
  if (known === undefined) reader.complain("stopSignal", `stopSignal is one of ${stopSignals.join(", ")}`);
  return known ?? "SIGTERM";
}

/** Collects problems, turning offsets into lines and columns. */
class Report {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #lines: readonly string[];
  readonly #counter: LineCounter;

  constructor(file: string, text: string, counter: LineCounter) {
    this.#file = file;
    this.#lines = text.split("\n");
    this.#counter = counter;
  }

  at(offset: number, message: string): void {
    const { line, col } = this.#counter.linePos(offset);
    this.problems.push({ file: this.#file, line, column: col, text: this.#lines[line - 1] ?? "", message });
  }
}

/** Reads typed values out of one YAML map. */
class Reader {
  readonly #map: YAMLMap;
  readonly #report: Report;

  constructor(map: YAMLMap, report: Report) {
    this.#map = map;
    this.#report = report;
  }

  only(keys: readonly string[]): void {
    for (const { key } of this.#map.items) {
      const name = isScalar(key) ? String(key.value) : "?";
      if (!keys.includes(name)) this.#complainAt(key, `unknown field ${JSON.stringify(name)}`);
    }
  }

  required(key: string): string {
    const value = this.string(key);
    if (value === undefined || value === "") this.#complainAt(this.#map, `${key} is missing`);
    return value ?? "";
  }

  string(key: string): string | undefined {
    const node = this.#node(key);
    return node === undefined ? undefined : this.#text(node, key);
  }

  absolutePath(key: string): string | undefined {
    const value = this.string(key);
    if (value !== undefined && !value.startsWith("/")) this.complain(key, `${key} is an absolute path`);
    return value;
  }

  strings(key: string): readonly string[] {
    const node = this.#node(key);
    if (node === undefined) return [];
    if (isSeq(node)) return node.items.map((item) => this.#text(item, key));
    this.#complainAt(node, `${key} is a list`);
    return [];
  }

  maps(key: string): readonly Reader[] {
    const node = this.#node(key);
    if (node === undefined) return [];
    if (isSeq(node) && node.items.every(isMap)) return node.items.map((item) => new Reader(item, this.#report));
    this.#complainAt(node, `${key} is a list of maps`);
    return [];
  }

  stringMap(key: string): Readonly<Record<string, string>> {
    const node = this.#node(key);
    if (node === undefined) return {};
    if (isMap(node)) {
      return Object.fromEntries(
        node.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : "", this.#text(pair.value, key)]),
      );
    }
    this.#complainAt(node, `${key} is a map of names to values`);
    return {};
  }

  complain(key: string, message: string): void {
    this.#complainAt(this.#node(key) ?? this.#map, message);
  }

  #node(key: string): Node | undefined {
    return this.#map.get(key, true) ?? undefined;
  }

  #text(node: unknown, key: string): string {
    const value = isScalar(node) ? scalarText(node) : undefined;
    if (value === undefined) {
      this.#complainAt(node, `${key} takes text here`);
      return "";
    }
    const problem = templateProblem(value);
    if (problem !== undefined) this.#complainAt(node, problem.message);
    return value;
  }

  #complainAt(node: unknown, message: string): void {
    const range = (node as Partial<Node> | null)?.range;
    this.#report.at(range?.[0] ?? this.#map.range?.[0] ?? 0, message);
  }
}

/** Text as it was written, so that `0644` and `1.10` stay what they are; undefined for `null`. */
function scalarText({ value, source }: Scalar): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? (source ?? String(value)) : undefined;
}
