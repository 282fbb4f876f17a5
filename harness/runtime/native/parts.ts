/** What the native runtime needs of the artifacts: where each program is. Their `Parts` has this shape. */
export interface NativeParts {
  readonly java: { readonly executable: string; readonly version: string };
  /** The jars of each, in the order in which Java searches them. */
  readonly classpaths: Readonly<Record<"kafka" | "catalog" | "object-store", readonly string[]>>;
  /** `args` come before the server's own: a loader's, or none. */
  readonly mysqld: { readonly command: string; readonly args: readonly string[] };
  /** Other servers by name: `minio`, `rustfs`. */
  readonly executables: Readonly<Record<string, string>>;
}
