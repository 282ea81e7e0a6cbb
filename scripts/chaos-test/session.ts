/** A connection of one writer to a database. */
export interface Session {
  /** Resolves when the database has acknowledged this number; rejects when it is not known whether it has it. */
  write(number: number): Promise<void>;
  close(): void;
}

/** A database that holds numbers, as the writers see it. `address` is a pod's. */
export interface Database {
  open(address: string): Promise<Session>;
  /** Every number it holds. */
  read(address: string): Promise<readonly number[]>;
}
