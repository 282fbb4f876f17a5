import type { Keys } from "../definitions.ts";

// Written by hand from the documentation of Confluent's S3 sink (no jar of it can be had from a public repository):
// names only, nothing is known of their types. Keys of the Aiven connector of the same name are not here.
const names = `
  s3.bucket.name s3.region s3.part.size s3.credentials.provider.class s3.ssea.name s3.sse.customer.key s3.sse.kms.key.id
  s3.acl.canned s3.wan.mode s3.proxy.url s3.proxy.user s3.proxy.password s3.http.send.expect.continue s3.part.retries
  s3.retry.backoff.ms s3.compression.type s3.compression.level s3.object.tagging s3.object.tagging.extra.kv
  s3.object.behavior.on.tagging.error s3.path.style.access.enabled s3.elastic.buffer.enable s3.elastic.buffer.init.capacity
  s3.schema.partition.affix.type s3.timeout.ms aws.access.key.id aws.secret.access.key
  format.class storage.class store.url store.kafka.keys store.kafka.headers keys.format.class headers.format.class
  flush.size rotate.interval.ms rotate.schedule.interval.ms schema.cache.size shutdown.timeout.ms retry.backoff.ms
  filename.offset.zero.pad.width topics.dir directory.delim file.delim path.format partitioner.class
  partition.field.name partition.field.format.path partition.duration.ms partitioner.max.open.files locale timezone
  timestamp.extractor timestamp.field schema.compatibility schema.generator.class schemas.enable
  enhanced.avro.schema.support connect.meta.data avro.codec parquet.codec json.decimal.format
  behavior.on.null.values report.null.records.to.dlq max.write.duration tombstone.encoded.partition
  format.bytearray.extension format.bytearray.separator value.converter.schema.registry.url
`;

export const s3SinkKeys: Keys = Object.fromEntries(
  names
    .split(/\s+/)
    .filter((name) => name !== "")
    .map((name) => [name, { type: "any" }]),
);
