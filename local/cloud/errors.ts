/** An error that the API answers as `{code, message}` with its HTTP status, in the words of the real services. */
export class ServiceError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  toBody(): { code: string; message: string } {
    return { code: this.code, message: this.message };
  }
}

/** 404. OCI never tells a missing resource from a forbidden one. */
export function notFound(what?: string): ServiceError {
  const suffix = what === undefined ? "" : ` (${what})`;
  return new ServiceError(
    404,
    "NotAuthorizedOrNotFound",
    `Authorization failed or requested resource not found.${suffix}`,
  );
}

export function invalidParameter(message: string): ServiceError {
  return new ServiceError(400, "InvalidParameter", message);
}

export function missingParameter(name: string): ServiceError {
  return new ServiceError(400, "MissingParameter", `The required parameter ${name} is missing.`);
}

export function limitExceeded(message: string): ServiceError {
  return new ServiceError(400, "LimitExceeded", message);
}

export function notAuthenticated(reason: string): ServiceError {
  return new ServiceError(
    401,
    "NotAuthenticated",
    `The required information to complete authentication was not provided or was incorrect. (${reason})`,
  );
}

/** 409 with one of the services' conflict codes: IncorrectState, CompartmentAlreadyExists, BucketAlreadyExists, … */
export function conflict(code: string, message: string): ServiceError {
  return new ServiceError(409, code, message);
}

export function incorrectState(message: string): ServiceError {
  return conflict("IncorrectState", message);
}

/** 412: the `if-match` header names another version of the resource. */
export function noEtagMatch(code = "NoEtagMatch"): ServiceError {
  return new ServiceError(
    412,
    code,
    "The value of the if-match header does not match the current etag of the resource.",
  );
}

export function tooManyRequests(): ServiceError {
  return new ServiceError(429, "TooManyRequests", "User-rate limit exceeded.");
}

export function internalError(): ServiceError {
  return new ServiceError(500, "InternalServerError", "Internal Server Error");
}

/** 501: an operation or a setting of the API that the local cloud does not serve. */
export function notImplemented(what: string): ServiceError {
  return new ServiceError(501, "NotImplemented", `The local cloud does not serve ${what}.`);
}
