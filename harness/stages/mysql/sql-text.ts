/** A text literal of MySQL. Right for the default sql_mode, where a backslash escapes. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** A quoted name of MySQL. */
export function sqlName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}
