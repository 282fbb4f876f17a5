import { expect, test } from "vitest";
import { catalogKind, connectKind, storeKind } from "#runtime/proxy/http/kinds.ts";

const ask = (line: string, copies = false) => {
  const [method = "", url = ""] = line.split(" ");
  const [path = "", query = ""] = url.split("?");
  return { method, path, query: new URLSearchParams(query), copies };
};

test.each([
  ["GET /v1/config?warehouse=s3%3A%2F%2Flake", "config", ""],
  ["POST /v1/namespaces/hr/tables", "create-table", ""],
  ["GET /v1/namespaces/hr/tables", "list-tables", ""],
  ["POST /v1/namespaces/hr/tables/salaries", "commit", "hr.salaries"],
  ["POST /v1/ws/namespaces/a%1Fb/tables/salaries", "commit", "a.b.salaries"],
  ["GET /v1/namespaces/hr/tables/salaries?snapshots=all", "load-table", "hr.salaries"],
  ["HEAD /v1/namespaces/hr/tables/salaries", "table-exists", "hr.salaries"],
  ["DELETE /v1/namespaces/hr/tables/salaries", "drop-table", "hr.salaries"],
  ["POST /v1/namespaces/hr/tables/salaries/metrics", "report-metrics", "hr.salaries"],
  ["POST /v1/transactions/commit", "commit-many", ""],
  ["GET /v1/namespaces/hr", "namespace", ""],
  ["GET /", "other", ""],
  ["POST /v1/namespaces/%E0%A4%A/tables/x", "commit", "%E0%A4%A.x"],
])("%s asks a catalog for %s", (line, kind, table) => expect(catalogKind(ask(line))).toEqual({ kind, table }));

test.each([
  ["PUT /lake/warehouse/hr/salaries/data/00001-a.parquet", "put-data-file", "hr.salaries"],
  ["PUT /lake/warehouse/hr/salaries/metadata/00001-a.metadata.json", "put-metadata", "hr.salaries"],
  ["PUT /lake/note.txt", "put-other", ""],
  ["PUT /lake", "other", ""],
  ["GET /lake/warehouse/hr/salaries/data/x.parquet", "get", "hr.salaries"],
  ["GET /lake?list-type=2&prefix=warehouse", "list", ""],
  ["GET /lake/", "list", ""],
  ["HEAD /lake/warehouse/hr/salaries/data/x.parquet", "head", "hr.salaries"],
  ["POST /lake?delete", "delete", ""],
  ["DELETE /lake/warehouse/hr/salaries/data/x.parquet", "delete", "hr.salaries"],
  ["POST /lake/warehouse/hr/salaries/data/x.parquet?uploads", "multipart-start", "hr.salaries"],
  ["PUT /lake/warehouse/hr/salaries/data/x.parquet?partNumber=1&uploadId=u", "multipart-part", "hr.salaries"],
  ["POST /lake/warehouse/hr/salaries/data/x.parquet?uploadId=u", "multipart-complete", "hr.salaries"],
  ["DELETE /lake/warehouse/hr/salaries/data/x.parquet?uploadId=u", "multipart-abort", "hr.salaries"],
])("%s asks an object store for %s", (line, kind, table) => expect(storeKind(ask(line))).toEqual({ kind, table }));

test("a copy is told by its header", () => {
  expect(storeKind(ask("PUT /lake/warehouse/hr/salaries/data/x.parquet", true)).kind).toBe("copy");
});

test.each([
  ["POST /connectors", "create-connector"],
  ["PUT /connectors/a/config", "put-config"],
  ["PUT /connector-plugins/a/config/validate", "validate"],
  ["GET /connectors/a/status", "status"],
  ["DELETE /connectors/a", "delete-connector"],
  ["POST /connectors/a/restart?includeTasks=true", "restart"],
  ["POST /connectors/a/tasks/0/restart", "restart"],
  ["PUT /connectors/a/stop", "stop"],
  ["PATCH /connectors/a/offsets", "offsets"],
  ["GET /health", "other"],
])("%s asks Connect for %s", (line, kind) => expect(connectKind(ask(line)).kind).toBe(kind));
