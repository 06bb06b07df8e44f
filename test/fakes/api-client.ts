/** Somebody who uses the admin API: with a session of its own, with a token, or with neither. */
export interface ApiClient {
  // biome-ignore lint/suspicious/noExplicitAny: answers are probed member by member
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any; headers: Headers }>;
  /** An answer whose body is read by the caller. */
  open(path: string, signal?: AbortSignal): Promise<Response>;
  cookie: string;
}

export function apiClient(url: string, headers: Record<string, string> = {}): ApiClient {
  const client: ApiClient = {
    cookie: '',
    async call(method, path, body) {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...headers,
          ...(client.cookie === '' ? {} : { cookie: client.cookie }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const set = response.headers.get('set-cookie');
      if (set !== null) client.cookie = set.split(';', 1)[0] ?? '';
      const text = await response.text();
      const json =
        /json/.test(response.headers.get('content-type') ?? '') &&
        !/ndjson/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, body: json ? JSON.parse(text) : text, headers: response.headers };
    },
    open: (path, signal) =>
      fetch(url + path, {
        headers: { ...headers, ...(client.cookie === '' ? {} : { cookie: client.cookie }) },
        ...(signal === undefined ? {} : { signal }),
      }),
  };
  return client;
}

export async function signedIn(
  url: string,
  username: string,
  password: string,
  headers: Record<string, string> = {},
): Promise<ApiClient> {
  const client = apiClient(url, headers);
  const answer = await client.call('POST', '/api/v1/session', { username, password });
  if (answer.status !== 204) throw new Error(`sign-in of ${username} answered ${answer.status}`);
  return client;
}

export const withToken = (url: string, token: string): ApiClient =>
  apiClient(url, { authorization: `Bearer ${token}` });
