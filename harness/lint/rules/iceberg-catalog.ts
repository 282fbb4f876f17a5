import { at, both, has, is, on, says, where } from "../ask.ts";
import type { Checks, Find } from "../rule.ts";
import type { View } from "../view.ts";

const iceberg = ["iceberg-sink"] as const;
const typeKey = "iceberg.catalog.type";
const implKey = "iceberg.catalog.catalog-impl";
const warehouseKey = "iceberg.catalog.warehouse";

const hasCatalog = (view: View) => view.matching(/^iceberg\.catalog\./).length > 0;
const isHadoop = (view: View) => /^hadoop$/i.test(view.text(typeKey) ?? "") || view.endsWith(implKey, "HadoopCatalog");
const isHive = (view: View) => /^hive$/i.test(view.text(typeKey) ?? "") || view.endsWith(implKey, "HiveCatalog");
const usesS3 = (view: View) => view.endsWith("iceberg.catalog.io-impl", "S3FileIO");

const uriMissing: Find = (view) => {
  const type = view.get(typeKey);
  return type !== undefined && /^(rest|jdbc|hive|nessie)$/i.test(type.value) && !view.has("iceberg.catalog.uri")
    ? [says(type, " without iceberg.catalog.uri")]
    : [];
};

const hadoopOnObjects: Find = (view) => {
  const warehouse = view.get(warehouseKey);
  return warehouse !== undefined && isHadoop(view) && /^(s3[an]?|gs|abfss?|wasbs?|oss):/i.test(warehouse.value)
    ? [says(warehouse, " under a Hadoop catalog")]
    : [];
};

const schemeUnknown: Find = (view) => {
  const warehouse = view.get(warehouseKey);
  const plain = view.has("iceberg.catalog.io-impl");
  return warehouse !== undefined && !plain && (isHadoop(view) || isHive(view)) && /^s3:/i.test(warehouse.value)
    ? [says(warehouse)]
    : [];
};

const pathStyle: Find = (view) => {
  const endpoint = view.get("iceberg.catalog.s3.endpoint");
  const amazon = endpoint !== undefined && /\.amazonaws\.com/.test(endpoint.value);
  return endpoint !== undefined && !amazon && view.isNotTrue("iceberg.catalog.s3.path-style-access")
    ? [at(view, "iceberg.catalog.s3.path-style-access", "an endpoint of its own, and path-style-access is not true")]
    : [];
};

const known = /^(rest|hive|hadoop|glue|nessie|jdbc|bigquery)$/i;

export const icebergCatalog: Checks = {
  "iceberg-catalog-missing": on(iceberg, (view) =>
    hasCatalog(view) ? [] : [{ key: typeKey, told: "no iceberg.catalog.* is set" }],
  ),
  "iceberg-catalog-type-unset-means-hive": on(iceberg, (view) =>
    hasCatalog(view) && !view.has(typeKey, implKey)
      ? [{ key: typeKey, told: `neither ${typeKey} nor ${implKey} is set` }]
      : [],
  ),
  "iceberg-catalog-type-unknown": on(
    iceberg,
    is(typeKey, (value) => !known.test(value)),
  ),
  "iceberg-catalog-type-and-impl": on(iceberg, both(typeKey, implKey)),
  "iceberg-catalog-uri-missing": on(iceberg, uriMissing),
  "iceberg-hadoop-catalog-object-store": on(iceberg, hadoopOnObjects),
  "iceberg-hadoop-props-without-hadoop-io": on(iceberg, where(usesS3, has(/^iceberg\.hadoop\.fs\.s3a?\./))),
  "iceberg-s3-scheme-hadoopfileio": on(iceberg, schemeUnknown),
  "iceberg-s3-path-style": on(iceberg, pathStyle),
  "iceberg-s3-region-missing": on(iceberg, (view) =>
    usesS3(view) && !view.has("iceberg.catalog.client.region", "iceberg.catalog.s3.region")
      ? [
          {
            on: view.get("iceberg.catalog.io-impl"),
            key: "iceberg.catalog.client.region",
            told: "S3FileIO without iceberg.catalog.client.region",
          },
        ]
      : [],
  ),
};
