import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import Type from 'typebox';
import { Check, Errors } from 'typebox/value';
import type { NewMeeting } from './schedule.ts';
import type { Simulator } from './server.ts';

/**
 * What a person would do on the PBX's own page, and what may befall the PBX, for tests and for trying things out. On
 * loopback and without a password: never part of a real device.
 */

const strict = { additionalProperties: false };
const Time = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' });
const Person = Type.Object(
  { extension: Type.Optional(Type.String()), name: Type.Optional(Type.String()), email: Type.Optional(Type.String()) },
  strict,
);
const members = {
  subject: Type.String({ minLength: 1 }),
  start: Time,
  end: Time,
  room: Type.String(),
  timeZone: Type.String(),
  repeat: Type.String(),
  until: Type.Union([Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), Type.Null()]),
  excluded: Type.Array(Time),
  ticked: Type.Boolean(),
  agenda: Type.String(),
  host: Person,
  invitees: Type.Array(Person),
  password: Type.String(),
  reminder: Type.Integer({ minimum: 0 }),
};
const Change = Type.Partial(Type.Object(members, strict), strict);
const New = Type.Object(
  {
    ...Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, Type.Optional(schema)])),
    subject: members.subject,
    start: members.start,
    end: members.end,
  },
  strict,
);
const Fault = Type.Partial(
  Type.Object(
    {
      denied: Type.Array(Type.String()),
      apiClosed: Type.Boolean(),
      throttle: Type.Union([
        Type.Object({ code: Type.Enum([-45, -46, -57]), times: Type.Integer({ minimum: 1 }) }, strict),
        Type.Null(),
      ]),
      statusOf: Type.Record(Type.String(), Type.Integer({ maximum: -1 })),
      losePage: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
      emptyList: Type.Boolean(),
      html: Type.Boolean(),
      withoutStatus: Type.Boolean(),
      slowMs: Type.Integer({ minimum: 0, maximum: 120_000 }),
      withoutFields: Type.Array(Type.String()),
      password: Type.String({ minLength: 1 }),
    },
    strict,
  ),
  strict,
);
const Reboot = Type.Object(
  {
    seconds: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600 })),
    firmware: Type.Optional(Type.String({ pattern: '^\\d+(\\.\\d+){1,5}$' })),
  },
  strict,
);

class Wrong extends Error {}

export interface Control extends AsyncDisposable {
  readonly url: string;
}

export async function startControl(pbx: Simulator, port = 0): Promise<Control> {
  const server = createServer((request, response) => {
    handle(pbx, request, response).catch((error: unknown) => {
      send(response, 400, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function handle(pbx: Simulator, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [first, id, third] = (request.url ?? '/').split('/').slice(1).map(decodeURIComponent);
  const body = await readBody(request);
  const { schedule, api } = pbx;
  const route = `${request.method} /${first ?? ''}${id === undefined ? '' : '/:id'}${third === undefined ? '' : `/${third}`}`;
  switch (route) {
    case 'GET /meetings':
      return send(response, 200, schedule.sorted());
    case 'POST /meetings':
      return send(response, 201, schedule.add(checked<NewMeeting>(New, body)));
    case 'PATCH /meetings/:id':
      return send(response, 200, schedule.edit(id ?? '', checked(Change, body)));
    case 'DELETE /meetings/:id':
      schedule.delete(id ?? '');
      return send(response, 200, {});
    case 'POST /meetings/:id/untick':
      return send(response, 200, schedule.edit(id ?? '', { ticked: false }));
    case 'POST /meetings/:id/occurrence': {
      const { originalStart, ...change } = checked<{ originalStart: string } & Partial<NewMeeting>>(
        Type.Object({ ...Change.properties, originalStart: Time }, strict),
        body,
      );
      if (pbx.preset === 'meetme') throw new Wrong('this generation changes no single occurrence');
      return send(response, 200, schedule.editOccurrence(id ?? '', originalStart, change));
    }
    case 'POST /meetings/:id/delete-occurrence': {
      const { originalStart } = checked<{ originalStart: string }>(Type.Object({ originalStart: Time }, strict), body);
      if (pbx.preset === 'meetme') throw new Wrong('this generation deletes no single occurrence');
      schedule.deleteOccurrence(id ?? '', originalStart);
      return send(response, 200, {});
    }
    case 'POST /auto-clean':
      return send(response, 200, { removed: schedule.autoClean(Date.now()) });
    case 'POST /reboot': {
      const { seconds, firmware } = checked<{ seconds?: number; firmware?: string }>(Reboot, body ?? {});
      await pbx.down();
      setTimeout(() => void pbx.up(firmware), (seconds ?? 5) * 1_000).unref();
      return send(response, 202, {});
    }
    case 'POST /faults': {
      const { denied, statusOf, withoutFields, password, ...plain } = checked<Record<string, never>>(Fault, body);
      Object.assign(api.switches, plain);
      if (denied !== undefined) api.switches.denied = new Set(denied);
      if (statusOf !== undefined) api.switches.statusOf = new Map(Object.entries(statusOf));
      if (withoutFields !== undefined) api.switches.withoutFields = new Set(withoutFields);
      if (password !== undefined) api.password = password;
      return send(response, 200, {});
    }
    case 'GET /counts':
      return send(response, 200, Object.fromEntries(api.counts));
    default:
      return send(response, 404, { error: 'see README.md for the addresses' });
  }
}

/** What the schema let through is what the type says. */
function checked<T>(schema: Type.TSchema, body: unknown): T {
  if (Check(schema, body)) return body as T;
  const faults = Errors(schema, body).map((fault) => `${fault.instancePath || '/'} ${fault.message}`);
  throw new Wrong([...new Set(faults)].join('; '));
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
