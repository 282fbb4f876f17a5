import { compareVersions } from "#core/versions.ts";

/** What a part is asked for by; Maven adds what these need. */
export interface Roots {
  /** With all that they need at run time. */
  readonly resolved: readonly string[];
  /** Just these files. */
  readonly alone: readonly string[];
  /** Where the log goes: parts that run as a program of their own need a binding of slf4j. */
  readonly logs: boolean;
}

const hadoopVersion = "3.4.3";
const sqliteVersion = "3.50.3.0";
const jettyVersion = "12.1.5";
const olderJettyVersion = "11.0.26";

/** Broker and Connect worker share one class path: one set of jars, one set of class archives. */
export function kafkaRoots(version: string): Roots {
  const names = ["kafka_2.13", "connect-runtime", "connect-json", "connect-transforms", "kafka-tools"];
  return { resolved: names.map((name) => `org.apache.kafka:${name}:jar:${version}`), alone: [], logs: true };
}

/** Debezium publishes a plugin that is complete. */
export function debeziumRoots(version: string): Roots {
  return { resolved: [], alone: [`io.debezium:debezium-connector-mysql:zip:plugin:${version}`], logs: false };
}

/** Nobody publishes the Apache sink as a plugin: this is what its own distribution would hold. */
export function icebergRoots(version: string): Roots {
  const names = [
    "iceberg-kafka-connect",
    "iceberg-kafka-connect-events",
    "iceberg-kafka-connect-transforms",
    "iceberg-parquet",
    // 1.11's writer loads ORC's classes whatever the format: its first write fails without them.
    ...(version.startsWith("1.11.") ? ["iceberg-orc"] : []),
    "iceberg-aws",
    "iceberg-aws-bundle",
  ];
  return {
    resolved: [...names.map((name) => `org.apache.iceberg:${name}:jar:${version}`), ...hadoopClient()],
    alone: [],
    logs: false,
  };
}

/** The AWS SDK inside an iceberg-aws-bundle. */
export interface BundledSdk {
  readonly version: string;
  /** Whether it has the older HTTP client, which hadoop-aws asks for. */
  readonly apacheClient: boolean;
}

/**
 * What a Hadoop catalog on `s3a://` needs besides. Most of the SDK is in iceberg-aws-bundle; its transfer manager is
 * not, nor, from Iceberg 1.12 on, its older HTTP client: these small jars stand in for the SDK's own 600 MB.
 */
export function icebergHadoopRoots(sdk: BundledSdk): Roots {
  const client = [
    `software.amazon.awssdk:apache-client:jar:${sdk.version}`,
    "org.apache.httpcomponents:httpclient:jar:4.5.14",
    "org.apache.httpcomponents:httpcore:jar:4.4.16",
  ];
  return {
    resolved: [],
    alone: [
      `org.apache.hadoop:hadoop-aws:jar:${hadoopVersion}`,
      `software.amazon.awssdk:s3-transfer-manager:jar:${sdk.version}`,
      ...(sdk.apacheClient ? [] : client),
    ],
    logs: false,
  };
}

/** Apache's own test server, whose published pom names none of what it needs. */
export function catalogRoots(version: string): Roots {
  const iceberg = (name: string) => `org.apache.iceberg:${name}:jar:${version}`;
  return {
    resolved: [
      iceberg("iceberg-core"),
      iceberg("iceberg-aws"),
      iceberg("iceberg-aws-bundle"),
      ...jetty(version),
      `org.xerial:sqlite-jdbc:jar:${sqliteVersion}`,
      ...hadoopClient(),
    ],
    alone: [
      `org.apache.iceberg:iceberg-open-api:jar:test-fixtures:${version}`,
      `org.apache.iceberg:iceberg-core:jar:tests:${version}`,
    ],
    logs: true,
  };
}

export function s3proxyRoots(version: string): Roots {
  return { resolved: [], alone: [`org.gaul:s3proxy:jar:jar-with-dependencies:${version}`], logs: false };
}

function hadoopClient(): string[] {
  return ["hadoop-client-api", "hadoop-client-runtime"].map((name) => `org.apache.hadoop:${name}:jar:${hadoopVersion}`);
}

function jetty(catalogVersion: string): string[] {
  if (compareVersions(catalogVersion, "1.11") < 0) return [`org.eclipse.jetty:jetty-servlet:jar:${olderJettyVersion}`];
  return [
    `org.eclipse.jetty:jetty-xml:jar:${jettyVersion}`,
    `org.eclipse.jetty.ee10:jetty-ee10-servlet:jar:${jettyVersion}`,
    `org.eclipse.jetty.compression:jetty-compression-server:jar:${jettyVersion}`,
    `org.eclipse.jetty.compression:jetty-compression-gzip:jar:${jettyVersion}`,
  ];
}
