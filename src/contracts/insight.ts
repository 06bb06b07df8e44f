import Type, { type TSchema } from 'typebox';

/** What was done, what the log says, how the broker is connected, what this program is made of. */

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const strict = { additionalProperties: false };
const Short = (maxLength: number) => Type.String({ maxLength });
const Limit = Type.String({ pattern: '^[1-9][0-9]{0,2}$' });

const activityFilter = {
  actor: Type.Optional(Short(128)),
  action: Type.Optional(Short(128)),
  q: Type.Optional(Short(200)),
  from: Type.Optional(Type.String({ format: 'date-time' })),
  to: Type.Optional(Type.String({ format: 'date-time' })),
};
export const ActivityFilter = Type.Object(activityFilter, strict);
export const ActivityQuery = Type.Object(
  { ...activityFilter, cursor: Type.Optional(Short(512)), limit: Type.Optional(Limit) },
  strict,
);
export const ActivityAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.Integer({ description: 'unique within its kind' }),
      kind: Type.Enum(['action', 'meeting'], {
        description: 'action = what somebody did here, meeting = what happened to a meeting',
      }),
      at: Text,
      actor: Text,
      action: Text,
      subject: Text,
      detail: Text,
      address: Nullable(Type.String({ description: 'the network address that it was asked for from' })),
    }),
  ),
  nextCursor: Nullable(Text),
});
export const ActivityNamesAnswer = Type.Object({ actors: Type.Array(Text), actions: Type.Array(Text) });

const Level = Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);
const logsFilter = {
  level: Type.Optional(Level),
  component: Type.Optional(Short(64)),
  q: Type.Optional(Short(200)),
};
export const LogsFilter = Type.Object(logsFilter, strict);
export const LogsQuery = Type.Object(
  {
    ...logsFilter,
    after: Type.Optional(Type.String({ pattern: '^[0-9]{1,15}$', description: 'only lines with a higher number' })),
    limit: Type.Optional(Limit),
  },
  strict,
);
export const LogsAnswer = Type.Object({
  items: Type.Array(
    Type.Object({
      number: Type.Integer({ description: 'counts the lines since the start of the agent' }),
      at: Text,
      level: Level,
      component: Text,
      message: Text,
      fields: Type.Record(Text, Type.Unknown(), { description: 'whatever else the line holds' }),
    }),
  ),
  last: Type.Integer({ description: 'the number of the newest line, whether it fits or not' }),
  cut: Type.Boolean({ description: 'more lines fit than are given' }),
  kept: Type.Integer({ description: 'how many lines there are in all' }),
  components: Type.Array(Text),
  level: Type.String({ description: 'what LOG_LEVEL lets through' }),
});

export const MqttAnswer = Type.Object({
  state: Type.Enum(['connected', 'connecting', 'refused']),
  reason: Nullable(Type.String({ description: 'why it is not connected' })),
  url: Text,
  embedded: Type.Boolean(),
  username: Nullable(Text),
  clientId: Text,
  topicPrefix: Text,
  since: Nullable(Type.String({ description: 'the beginning of the present state' })),
  session: Type.Enum(['kept', 'new', 'none'], {
    description: 'kept = the broker had what arrived meanwhile; none = the embedded broker needs none',
  }),
  sessionLostAt: Nullable(Text),
});
export const MqttTestAnswer = Type.Object({ tookMs: Type.Integer(), topic: Text });

export const AboutAnswer = Type.Object({
  version: Text,
  licence: Text,
  node: Text,
  startedAt: Text,
  packages: Type.Array(Type.Object({ name: Text, version: Text, licence: Text })),
});
