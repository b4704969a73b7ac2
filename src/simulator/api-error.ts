/** A refusal as the protocol words it; `personality.ts` decides the shape on the wire. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string | null;
  readonly param: string | null;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    message: string,
    { code = null, param = null, headers = {} }: Partial<Pick<ApiError, 'code' | 'param' | 'headers'>> = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
    this.headers = headers;
  }

  get type(): string {
    if (this.status === 429) return 'rate_limit_error';
    return this.status >= 500 ? 'server_error' : 'invalid_request_error';
  }
}

/** Thrown where a directive asks for a connection that is cut without an answer. */
export class ConnectionCut extends Error {}
