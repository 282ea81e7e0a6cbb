/** Something wrong in a manifest, and where. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The whole offending line. */
  readonly text: string;
  readonly message: string;
}

/** For people: the place and what is wrong, then the line with a mark below the offending text. */
export function showProblem({ file, line, column, text, message }: Problem): string {
  return `${file}:${line}:${column} ${message}\n    ${text}\n    ${" ".repeat(column - 1)}^`;
}
