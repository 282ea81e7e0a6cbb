/** One word of a POSIX shell that stands for exactly this text. Nothing is special inside single quotes but the quote. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/** A command line whose words are exactly these. */
export function quoteAll(words: readonly string[]): string {
  return words.map(quote).join(" ");
}
