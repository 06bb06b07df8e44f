/**
 * The one error type that crosses a layer. `code` is the promise (contract codes where one exists);
 * the text, the fix and the link of a code stand in domain/failure.ts.
 */
export class AppError extends Error {
  readonly code: string;
  /** Milliseconds the other side asked us to wait, when it said so. */
  readonly retryAfterMs: number | undefined;
  /** Facts for the explanation: a project number, a field, Google's own words. Never a secret. */
  readonly detail: Readonly<Record<string, string>>;

  constructor(
    code: string,
    message: string,
    options: { retryAfterMs?: number | undefined; detail?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.detail = options.detail ?? {};
  }
}
