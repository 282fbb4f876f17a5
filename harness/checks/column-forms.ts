/** How the value of a column is read on both sides, so that equal values come out equal. */
export interface ColumnForm {
  /** What MySQL is asked for. DuckDB's MySQL reader misreads several types; as text, a number or hex digits they are safe. */
  readonly read: string;
  /** The value that MySQL gave, in the common form: DuckDB's SQL. */
  readonly source: string;
  /** The lake's value in the common form: DuckDB's SQL. */
  readonly lake: string;
  /** When equality is not `IS NOT DISTINCT FROM`: DuckDB's SQL over `$source` and `$lake`. */
  readonly same?: string;
}

export interface FormOptions {
  /** `int unsigned`, `datetime(6)`, `enum('M','F')`: information_schema's column_type. */
  readonly mysqlType: string;
  /** DuckDB's name of the lake's type: `INTEGER`, `DECIMAL(38,2)`, `STRUCT(…)`. */
  readonly lakeType: string;
  /** The column in MySQL's SQL, and in DuckDB's on either side. */
  readonly inMysql: string;
  readonly inSource: string;
  readonly inLake: string;
}

/** The common form of a pair of types, or undefined where a value cannot have survived the way between them. */
export function columnForm(options: FormOptions): ColumnForm | undefined {
  const type = parseType(options.mysqlType);
  const family = families[type.base];
  const lakeBase = options.lakeType.endsWith("]") ? "LIST" : (/^\w+/.exec(options.lakeType)?.[0] ?? "");
  return family?.({ ...options, type, lakeBase });
}

interface Pair extends FormOptions {
  readonly type: MysqlType;
  readonly lakeBase: string;
}

type Family = (pair: Pair) => ColumnForm | undefined;

interface MysqlType {
  readonly base: string;
  /** `6` of datetime(6), `10` and `2` of decimal(10,2). */
  readonly numbers: readonly number[];
  readonly unsigned: boolean;
}

function parseType(columnType: string): MysqlType {
  const base = /^\w+/.exec(columnType.toLowerCase())?.[0] ?? "";
  const numbers = /^\w+\(([\d,\s]+)\)/.exec(columnType)?.[1]?.split(",").map(Number) ?? [];
  return { base, numbers, unsigned: /\bunsigned\b/i.test(columnType) };
}

const whole = new Set([
  "TINYINT",
  "SMALLINT",
  "INTEGER",
  "BIGINT",
  "HUGEINT",
  "UTINYINT",
  "USMALLINT",
  "UINTEGER",
  "UBIGINT",
]);

/** TINYINT(1)=5 would come as true, the greatest unsigned numbers not at all. */
const integer: Family = ({ type, lakeBase, lakeType, inMysql, inSource, inLake }) => {
  const read = `CAST(${inMysql} AS ${type.unsigned ? "UNSIGNED" : "SIGNED"})`;
  if (whole.has(lakeBase) && !type.unsigned) return { read, source: `${inSource}::BIGINT`, lake: `${inLake}::BIGINT` };
  if (whole.has(lakeBase)) return { read, source: `${inSource}::HUGEINT`, lake: `${inLake}::HUGEINT` };
  if (lakeBase === "BOOLEAN") return { read, source: `${inSource}::BIGINT`, lake: `${inLake}::BIGINT` };
  if (lakeBase === "VARCHAR") return { read, source: `${inSource}::VARCHAR`, lake: inLake };
  if (/^DECIMAL\(\d+,0\)$/.test(lakeType)) return { read, source: `${inSource}::HUGEINT`, lake: `${inLake}::HUGEINT` };
  return undefined;
};

/** DECIMAL of more than 38 digits would come as DOUBLE, and hide what it lost. */
const decimal: Family = ({ type, lakeBase, lakeType, inMysql, inSource, inLake }) => {
  const read = `CAST(${inMysql} AS CHAR)`;
  const [, scale = 0] = type.numbers;
  const lakeScale = Number(/^DECIMAL\(\d+,(\d+)\)$/.exec(lakeType)?.[1] ?? Number.NaN);
  if (lakeBase === "VARCHAR" || lakeScale === scale) return { read, source: inSource, lake: `${inLake}::VARCHAR` };
  // To the last digit of the finer side: as doubles, a value that was rounded on its way would look the same.
  const exact = (value: string, digits: number) => `try_cast(${value} AS DECIMAL(38,${Math.min(38, digits)}))::VARCHAR`;
  if (lakeBase === "DECIMAL") {
    const digits = Math.max(scale, lakeScale);
    return { read, source: exact(inSource, digits), lake: exact(inLake, digits) };
  }
  if (lakeBase === "DOUBLE") return { read, source: inSource, lake: exact(inLake, scale) };
  if (whole.has(lakeBase) && scale === 0) return { read, source: inSource, lake: `${inLake}::VARCHAR` };
  return undefined;
};

/** MySQL itself tells a FLOAT with six digits only, so a snapshot cannot carry more. */
const float: Family = ({ lakeBase, inMysql, inSource, inLake }) => {
  if (lakeBase !== "FLOAT" && lakeBase !== "DOUBLE") return undefined;
  const sixDigits = (value: string) => `format('{:.5e}', ${value}::DOUBLE)`;
  return { read: `CAST(${inMysql} AS DOUBLE)`, source: sixDigits(inSource), lake: sixDigits(inLake) };
};

const double: Family = ({ lakeBase, inMysql, inSource, inLake }) => {
  if (lakeBase !== "FLOAT" && lakeBase !== "DOUBLE") return undefined;
  return { read: inMysql, source: `${inSource}::DOUBLE`, lake: `${inLake}::DOUBLE` };
};

const characters: Family = ({ lakeBase, inMysql, inSource, inLake }) =>
  lakeBase === "VARCHAR" ? { read: `CAST(${inMysql} AS CHAR)`, source: inSource, lake: inLake } : undefined;

/** MySQL's own text has spaces, Debezium's from the binlog has none. */
const json: Family = ({ lakeBase, inMysql, inSource, inLake }) =>
  lakeBase === "VARCHAR"
    ? { read: `CAST(${inMysql} AS CHAR)`, source: `json(${inSource})::VARCHAR`, lake: `json(${inLake})::VARCHAR` }
    : undefined;

const bytes: Family = ({ lakeBase, inMysql, inSource, inLake }) => {
  const read = `HEX(${inMysql})`;
  if (lakeBase === "BLOB") return { read, source: inSource, lake: `hex(${inLake})` };
  if (lakeBase !== "VARCHAR") return undefined;
  // binary.handling.mode: hex or one of the two base64 alphabets.
  const standard = "translate($lake, '-_', '+/')";
  const same = `($source IS NULL AND $lake IS NULL) OR upper($lake) = $source OR ${standard} = to_base64(unhex($source))`;
  return { read, source: inSource, lake: inLake, same: `coalesce(${same}, false)` };
};

/** BIT(n) travels with its least significant byte first, and without the empty ones. */
const bit: Family = ({ lakeBase, inMysql, inSource, inLake }) => {
  if (lakeBase === "BOOLEAN") {
    return { read: `CAST(${inMysql} AS UNSIGNED)`, source: `${inSource}::BIGINT`, lake: `${inLake}::BIGINT` };
  }
  if (lakeBase !== "BLOB") return undefined;
  const trimmed = (hex: string) => `regexp_replace(${hex}, '(00)+$', '')`;
  const read = `HEX(REVERSE(CAST(${inMysql} AS BINARY)))`;
  return { read, source: trimmed(inSource), lake: trimmed(`hex(${inLake})`) };
};

/** As text, because a zero date would come as NULL. */
const date: Family = ({ lakeBase, inMysql, inSource, inLake }) => {
  const read = `CAST(${inMysql} AS CHAR)`;
  if (lakeBase === "DATE") return { read, source: inSource, lake: `${inLake}::VARCHAR` };
  if (lakeBase === "INTEGER") return { read, source: inSource, lake: `(DATE '1970-01-01' + ${inLake})::VARCHAR` };
  if (lakeBase === "VARCHAR") return { read, source: inSource, lake: `left(${inLake}, 10)` };
  return undefined;
};

/** DATETIME and TIMESTAMP (read in a session in UTC), with six digits of the second. */
const dateTime: Family = ({ type, lakeBase, lakeType, inMysql, inSource, inLake }) => {
  const [precision = 0] = type.numbers;
  // Debezium's adaptive modes: milliseconds up to three digits, microseconds beyond.
  const fromEpoch = precision <= 3 ? `make_timestamp(${inLake} * 1000)` : `make_timestamp(${inLake})`;
  const timestamp = {
    BIGINT: fromEpoch,
    TIMESTAMP: lakeType.endsWith("TIME ZONE") ? `(${inLake} AT TIME ZONE 'UTC')` : inLake,
    VARCHAR: `(CAST(${inLake} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')`,
  }[lakeBase];
  if (timestamp === undefined) return undefined;
  const dot = precision === 0 ? " || '.'" : "";
  return {
    read: `CAST(${inMysql} AS CHAR)`,
    source: `rpad(${inSource}${dot}, 26, '0')`,
    lake: `strftime(${timestamp}, '%Y-%m-%d %H:%M:%S.%f')`,
  };
};

/** TIME goes from -838 to 838 hours: as microseconds. */
const time: Family = ({ lakeBase, inMysql, inSource, inLake }) => {
  const microseconds = {
    BIGINT: inLake,
    INTEGER: `${inLake}::BIGINT * 1000`,
    TIME: `epoch_us(${inLake})`,
    VARCHAR: `epoch_us(TRY_CAST(rtrim(${inLake}, 'Z') AS TIME))`,
  }[lakeBase];
  if (microseconds === undefined) return undefined;
  const read =
    `CAST(TIME_TO_SEC(${inMysql}) * 1000000 + ` +
    `IF(${inMysql} < '00:00:00', -1, 1) * MICROSECOND(${inMysql}) AS SIGNED)`;
  return { read, source: `${inSource}::BIGINT`, lake: microseconds };
};

/** MySQL keeps four bytes of SRID before the well-known binary; Debezium makes a structure of the two. */
const spatial: Family = ({ lakeType, inMysql, inSource, inLake }) =>
  lakeType.startsWith("STRUCT") && lakeType.includes("wkb BLOB")
    ? {
        read: `CONCAT(ST_SRID(${inMysql}), ':', SUBSTR(HEX(${inMysql}), 9))`,
        source: inSource,
        lake: `coalesce(${inLake}.srid, 0)::VARCHAR || ':' || hex(${inLake}.wkb)`,
      }
    : undefined;

const families: Readonly<Record<string, Family | undefined>> = {
  ...each(["tinyint", "smallint", "mediumint", "int", "integer", "bigint", "year"], integer),
  ...each(["decimal", "numeric"], decimal),
  ...each(["float"], float),
  ...each(["double", "real"], double),
  ...each(["char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"], characters),
  ...each(["json"], json),
  ...each(["binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"], bytes),
  ...each(["bit"], bit),
  ...each(["date"], date),
  ...each(["datetime", "timestamp"], dateTime),
  ...each(["time"], time),
  ...each(["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon"], spatial),
  ...each(["geomcollection", "geometrycollection"], spatial),
};

function each(bases: readonly string[], family: Family): Record<string, Family> {
  return Object.fromEntries(bases.map((base) => [base, family]));
}
