/** What a walk over a JSON text finds beside its value. */
export interface JsonScan {
  /** Paths of fields that stand twice in one object: `spec.replicas`, `spec.containers[0].image`. Each once. */
  readonly duplicates: readonly string[];
  /** Offset of the first character that does not belong; undefined when the text is well formed. */
  readonly brokenAt: number | undefined;
}

type Frame =
  | { readonly is: "object"; readonly path: string; readonly seen: Set<string> }
  | { readonly is: "array"; readonly path: string; index: number };

const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
// The characters JSON forbids inside strings are exactly these control characters.
// oxlint-disable-next-line no-control-regex
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const space = /[ \t\n\r]*/y;

/**
 * Walks over a JSON text without building it: `JSON.parse` keeps the last of two equal keys in silence, and does not always
 * say where a text breaks. Keeps its own stack, so depth costs nothing. Source of the paths: `sigs.k8s.io/json`.
 */
export function scanJson(text: string): JsonScan {
  const stack: Frame[] = [];
  const duplicates = new Set<string>();
  let at = 0;
  let path = "";

  function skipSpace(): void {
    space.lastIndex = at;
    space.exec(text);
    at = space.lastIndex;
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  }

  /** Reads `"key":` and notes the path of what follows; false when the text breaks. */
  function readKey(frame: Extract<Frame, { is: "object" }>): boolean {
    skipSpace();
    const found = match(string);
    if (found === undefined) return false;
    const key = JSON.parse(found) as string;
    path = frame.path === "" ? key : `${frame.path}.${key}`;
    if (frame.seen.has(key)) duplicates.add(path);
    frame.seen.add(key);
    skipSpace();
    if (text[at] !== ":") return false;
    at += 1;
    return true;
  }

  /** Reads what begins at `at`, down to its first scalar or empty container; the others go onto the stack. */
  function readValue(): boolean {
    for (;;) {
      skipSpace();
      const first = text[at];
      if (first !== "{" && first !== "[") return (match(string) ?? match(scalar)) !== undefined;
      at += 1;
      skipSpace();
      if (text[at] === (first === "{" ? "}" : "]")) {
        at += 1;
        return true;
      }
      if (first === "[") {
        stack.push({ is: "array", path, index: 0 });
        path = `${path}[0]`;
      } else {
        const frame: Frame = { is: "object", path, seen: new Set() };
        stack.push(frame);
        if (!readKey(frame)) return false;
      }
    }
  }

  /** After a value: a comma and the next one, or the end of the container. */
  function goOn(): boolean {
    const frame = stack.at(-1);
    if (frame === undefined) return false;
    if (text[at] === (frame.is === "object" ? "}" : "]")) {
      at += 1;
      stack.pop();
      return true;
    }
    if (text[at] !== ",") return false;
    at += 1;
    if (frame.is === "object") return readKey(frame) && readValue();
    frame.index += 1;
    path = `${frame.path}[${frame.index}]`;
    return readValue();
  }

  let isWell = readValue();
  skipSpace();
  while (isWell && stack.length > 0) {
    isWell = goOn();
    if (isWell) skipSpace();
  }
  const isDone = isWell && at === text.length;
  return { duplicates: [...duplicates], brokenAt: isDone ? undefined : at };
}
