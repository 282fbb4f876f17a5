import type { Source, Transaction } from "#core/source.ts";

/** One table of amounts that no double can hold: what a connector rounds shows in the last digits. */
export function prices(): Source {
  const amount = (id: number, cents: number) => `1234567890123.${String(100_000 + id * 7 + cents).padStart(6, "0")}`;
  return {
    name: "prices",
    schema: ["CREATE TABLE prices (id INT NOT NULL PRIMARY KEY, amount DECIMAL(20,6) NOT NULL)"],
    tables: ["prices"],
    seed: () => [
      {
        kind: "rows",
        table: "prices",
        columns: ["id", "amount"],
        rows: Array.from({ length: 40 }, (_, id) => [id, amount(id, 0)]),
      },
    ],
    transactions: () => endless(amount),
    sentinel: () => inserted(999_999, amount(999, 0)),
  };
}

function* endless(amount: (id: number, cents: number) => string): Generator<Transaction, never, unknown> {
  for (let turn = 1; ; turn++) yield updated(turn % 40, amount(turn % 40, turn));
}

function updated(id: number, amount: string): Transaction {
  return {
    label: "reprice",
    statements: [{ sql: "UPDATE prices SET amount = ? WHERE id = ?", values: [amount, id] }],
    changes: [{ table: "prices", kind: "update", key: { id }, after: { id, amount } }],
  };
}

function inserted(id: number, amount: string): Transaction {
  return {
    label: "sentinel",
    statements: [{ sql: "INSERT INTO prices VALUES (?, ?)", values: [id, amount] }],
    changes: [{ table: "prices", kind: "insert", key: { id }, after: { id, amount } }],
  };
}
