/** Who may import whom: docs/architecture.md gives the reasons. An area may always import itself. */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  core: [],
  process: ["core"],
  artifacts: ["core", "process"],
  checks: ["core"],
  report: ["core"],
  fixtures: ["core"],
  lint: ["core", "artifacts"],
  // What runs is asked through the stages' clients, and told of as lint tells of files.
  validate: ["core", "runtime", "stages", "lint", "stack.ts", "run"],
  runtime: ["core", "process", "artifacts"],
  "stages/mysql": ["core", "runtime"],
  "stages/kafka": ["core", "runtime"],
  "stages/connect": ["core", "runtime"],
  "stages/debezium": ["core", "runtime", "stages/connect"],
  "stages/iceberg": ["core", "runtime", "stages/connect"],
  "stages/object-store": ["core", "runtime"],
  "stages/duckdb": ["core", "runtime"],
  "stack.ts": ["core", "runtime", "stages", "artifacts"],
  "pipeline.ts": ["core", "runtime", "stages", "stack.ts"],
  run: ["core", "process", "artifacts", "runtime", "stages", "checks", "report", "stack.ts", "pipeline.ts", "fixtures"],
  // What it writes says `from "floe"`.
  explore: ["core", "runtime", "run", "floe"],
  offsets: ["core", "runtime", "stages"],
  // Files that are linted, validated, and run as a scenario.
  rehearsal: [
    "core",
    "process",
    "lint",
    "validate",
    "checks",
    "report",
    "stages/connect",
    "stages/debezium",
    "run",
    "fixtures",
  ],
  "index.ts": ["core", "run", "checks", "fixtures"],
  scenarios: ["floe", "fixtures"],
  cli: [
    "core",
    "process",
    "artifacts",
    "runtime",
    "stages",
    "checks",
    "report",
    "lint",
    "validate",
    "stack.ts",
    "pipeline.ts",
    "run",
    "explore",
    "offsets",
    "rehearsal",
    "fixtures",
  ],
};

/** The one module that may import each driver. */
export const drivers: Readonly<Record<string, RegExp>> = {
  kafkajs: /^harness\/stages\/kafka\/client\.ts$/,
  "@platformatic/kafka": /^harness\/stages\/kafka\/(reader|committed|surgery)\.ts$/,
  mysql2: /^harness\/stages\/mysql\/client\.ts$/,
  "mysql2/promise": /^harness\/stages\/mysql\/client\.ts$/,
  "@duckdb/node-api": /^harness\/stages\/duckdb\/client\.ts$/,
  "@aws-sdk/client-s3": /^harness\/stages\/object-store\/client\.ts$/,
  "iceberg-js": /^harness\/stages\/iceberg\/client\.ts$/,
  avsc: /^harness\/stages\/iceberg\/control-topic\.ts$/,
  testcontainers: /^harness\/runtime\/docker\//,
  execa: /^harness\/process\//,
  "node:child_process": /^harness\/process\//,
};

/** What only core may use: time, chance and plain errors. */
export const bannedNames = ["Date.now(", "Math.random(", "randomUUID", "setTimeout(", "setInterval(", "new Error("];

/** Files over 400 lines and how long they are: the list may shrink, never grow. */
export const oversized: Readonly<Record<string, number>> = {};
