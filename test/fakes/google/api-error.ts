import type { JsonObject } from './types.ts';

/** A refusal of the Calendar API, in the shape of the backend or (with `front`) of the front end before it. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;
  readonly domain: string;
  readonly location: { type: string; name: string } | undefined;
  readonly front: { status: string; reason: string; metadata: JsonObject } | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    reason: string,
    message: string,
    more: {
      domain?: string;
      location?: { type: string; name: string };
      front?: { status: string; reason: string; metadata: JsonObject };
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.domain = more.domain ?? 'global';
    this.location = more.location;
    this.front = more.front;
    this.headers = more.headers ?? {};
  }

  toBody(statusOn400: boolean): JsonObject {
    const item: JsonObject = { domain: this.domain, reason: this.reason, message: this.message };
    if (this.location) Object.assign(item, { locationType: this.location.type, location: this.location.name });
    const error: JsonObject = { errors: [item], code: this.status, message: this.message };
    if (this.front) {
      error['status'] = this.front.status;
      error['details'] = [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: this.front.reason,
          domain: 'googleapis.com',
          metadata: this.front.metadata,
        },
      ];
    } else if (statusOn400 && this.status === 400) error['status'] = 'INVALID_ARGUMENT';
    return { error };
  }
}

export const notFound = () => new ApiError(404, 'notFound', 'Not Found');
export const deleted = () => new ApiError(410, 'deleted', 'Resource has been deleted');
export const forbidden = () => new ApiError(403, 'forbidden', 'Forbidden');
export const invalid = (message: string) => new ApiError(400, 'invalid', message);
export const required = (message: string) => new ApiError(400, 'required', message);
export const badRequest = (message = 'Bad Request') => new ApiError(400, 'badRequest', message);
export const badParameter = (name: string, message: string) =>
  new ApiError(400, 'invalidParameter', message, { location: { type: 'parameter', name } });

export function refusal(status: 403 | 404 | 410): ApiError {
  return status === 403 ? forbidden() : status === 404 ? notFound() : deleted();
}
