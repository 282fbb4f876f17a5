/** What the servers behind a link say when they fail; a client reads more from it than from the status alone. */
export interface ErrorBody {
  readonly type: string;
  readonly text: string;
}
export type ErrorBodies = (status: number) => ErrorBody;

/** Iceberg's ErrorModel, with the exceptions that the REST catalog itself names. */
export const catalogError: ErrorBodies = (status) => {
  const names: Readonly<Record<number, string>> = {
    400: "BadRequestException",
    401: "NotAuthorizedException",
    403: "ForbiddenException",
    404: "NoSuchTableException",
    409: "CommitFailedException",
    429: "TooManyRequestsException",
    503: "ServiceUnavailableException",
  };
  const type = names[status] ?? "InternalServerError";
  const error = { message: `answered by Floe in place of the catalog: ${status}`, type, code: status };
  return { type: "application/json", text: JSON.stringify({ error }) };
};

/** S3's XML, with S3's codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
export const storeError: ErrorBodies = (status) => {
  const codes: Readonly<Record<number, string>> = {
    401: "AccessDenied",
    403: "AccessDenied",
    404: "NoSuchKey",
    409: "OperationAborted",
    412: "PreconditionFailed",
    429: "TooManyRequests",
    503: "SlowDown",
  };
  const code = codes[status] ?? "InternalError";
  const message = `answered by Floe in place of the object store: ${status}`;
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { type: "application/xml", text };
};

/** Connect's ErrorMessage. */
export const connectError: ErrorBodies = (status) => {
  const message = `answered by Floe in place of Connect: ${status}`;
  return { type: "application/json", text: JSON.stringify({ error_code: status, message }) };
};
