/** Quoting for DuckDB's SQL. */
export function name(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Quoting for MySQL's SQL. */
export function mysqlName(identifier: string): string {
  return `\`${identifier.replaceAll("`", "``")}\``;
}

/** `column=value, …` of expressions by column name, with NULL spelled out. The form of core/key-text.ts. */
export function labelled(expressions: Readonly<Record<string, string>>): string {
  const parts = Object.entries(expressions).map(
    ([column, expression]) => `${text(`${column}=`)} || coalesce((${expression})::VARCHAR, 'NULL')`,
  );
  return parts.length === 0 ? "''" : parts.join(" || ', ' || ");
}
