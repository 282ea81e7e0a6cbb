import type { Zone } from "../zone/zone.ts";
import type { Asked } from "./compose.ts";
import type { Transport } from "./respond.ts";

/** A request for a whole zone. */
interface TransferQuestion {
  readonly asked: Asked;
  /** AXFR or IXFR. */
  readonly type: number;
  readonly zone: Zone;
  readonly transport: Transport;
  readonly address: string;
}

/** The messages of a transfer, or undefined where the asker may not have it. Never rejects. */
export type Transfer = (question: TransferQuestion) => Buffer | Promise<readonly Buffer[]> | undefined;
