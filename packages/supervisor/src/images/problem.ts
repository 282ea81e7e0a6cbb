/** Something wrong in a file a user wrote, with the place. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** The line it is in. */
  readonly text: string;
  readonly message: string;
}

/** Two or three lines for people: place, message, and the text with a mark below it. */
export function showProblem(problem: Problem): string {
  const { file, line, column, text, message } = problem;
  return `${file}:${line}:${column} ${message}\n    ${text}\n    ${" ".repeat(column - 1)}^`;
}
