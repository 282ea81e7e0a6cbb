/** What a part of a run is given. */
export interface Part {
  readonly name: string;
  readonly seed: number;
  readonly inputs: number;
  readonly minutes: number | undefined;
  readonly signal: AbortSignal;
}

/** Prints the command that does the same again, up to the same input. */
export function sayRepeat({ name, seed, inputs }: Pick<Part, "name" | "seed" | "inputs">): void {
  console.log(`  repeat  scripts/fuzz dns --only ${name} --seed ${seed} --inputs ${inputs}`);
}
