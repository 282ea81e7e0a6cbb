import { linesOf, startLineClient } from "./line-client.ts";
import type { Database } from "./session.ts";

const env = { PGPASSWORD: "secret", PGCONNECT_TIMEOUT: "3" };
const psql = (address: string): readonly string[] =>
  `psql --host ${address} --username postgres --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1`.split(
    " ",
  );

/** Through psql, each number a transaction of its own; the server syncs before it answers, as it does by default. */
export const postgres: Database = {
  async open(address) {
    const client = startLineClient(psql(address), env);
    await client.ask(
      "SET client_min_messages = error; CREATE TABLE IF NOT EXISTS numbers (n bigint PRIMARY KEY); SELECT 1;",
    );
    return {
      async write(number) {
        const answer = await client.ask(`INSERT INTO numbers VALUES (${number}) RETURNING n;`);
        if (answer !== String(number)) throw new Error(`postgres said ${answer}`);
      },
      close: () => client.close(),
    };
  },
  async read(address) {
    return (await linesOf([...psql(address), "--command", "SELECT n FROM numbers"], { env })).map(Number);
  },
};
