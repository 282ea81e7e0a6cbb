import type { KubeObject } from "@ordinal/api";

/** Null is a value that is not there, in a column of a custom resource. */
export type Cell = string | number | boolean | null;

/** One column as the wire has it. Priority 1 shows only with `-o wide`. Source: `metav1.TableColumnDefinition`. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "boolean" | "date";
  readonly format: "" | "name";
  readonly description: string;
  readonly priority: 0 | 1;
}

/** What a row says beside its cells, such as that a pod has finished. Source: `metav1.TableRowCondition`. */
export interface RowCondition {
  readonly type: "Completed";
  readonly status: "True";
  readonly reason: string;
  readonly message: string;
}

/** How the objects of one kind are shown. Source of every column and text: `pkg/printers/internalversion/printers.go`. */
export interface TablePrinter<T extends KubeObject = KubeObject> {
  readonly columns: readonly Column[];
  /** One cell per column, ages counted up to `nowMs`. */
  cells(object: T, nowMs: number): readonly Cell[];
  conditions?(object: T): readonly RowCondition[] | undefined;
}

type ColumnOptions = Partial<Omit<Column, "name" | "description">>;

/** A string column of priority 0, unless the options say otherwise. */
export function column(name: string, description: string, options: ColumnOptions = {}): Column {
  return { name, type: "string", format: "", description, priority: 0, ...options };
}

/** The first column of nearly every kind. */
export const nameColumn: Column = column("Name", "Name of the object, unique within its namespace.", {
  format: "name",
});

export const ageColumn: Column = column("Age", "Time since the API server created the object.");

/** An option that keeps a column out of the narrow view. */
export const wide = { priority: 1 } as const;
