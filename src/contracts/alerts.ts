import Type, { type Static, type TSchema } from 'typebox';

/** Alerts on the wire: the event that a webhook receives, and the settings of the admin API. */

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const strict = { additionalProperties: false };
const Short = (maxLength: number) => Type.String({ maxLength });
const Severity = Type.Enum(['info', 'warning', 'danger']);

/** CloudEvents 1.0, structured mode (application/cloudevents+json), signed as Standard Webhooks asks. */
export const AlertEvent = Type.Object(
  {
    specversion: Type.Literal('1.0'),
    id: Type.String({ description: 'the same for every attempt at the same message; also the header webhook-id' }),
    source: Type.String({ description: '/calendar-agent/{AGENT_ID}' }),
    type: Type.Enum(['calendar-agent.problem.opened.v1', 'calendar-agent.problem.closed.v1', 'calendar-agent.test.v1']),
    time: Type.String({ format: 'date-time' }),
    datacontenttype: Type.Literal('application/json'),
    data: Type.Object({
      agent: Text,
      opening: Nullable(Type.String({ description: 'in a closing event, the id of the opening one' })),
      problem: Nullable(
        Type.Object({
          id: Type.String({
            description: 'without includeMeetings the part before the colon, which names no device',
          }),
          severity: Severity,
          title: Text,
          cause: Text,
          action: Text,
          link: Nullable(Text),
          since: Type.String({ format: 'date-time' }),
        }),
      ),
    }),
  },
  { description: 'A problem opened or closed, or a test. Members may be added; none changes its meaning within v1.' },
);

const webhook = { enabled: Type.Boolean(), url: Short(2_048), severity: Severity };
const smtp = {
  enabled: Type.Boolean(),
  host: Short(253),
  port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  security: Type.Enum(['tls', 'starttls', 'none']),
  username: Short(320),
  from: Short(254),
  recipients: Type.Array(Short(254), { maxItems: 20 }),
  severity: Severity,
};
const common = { includeMeetings: Type.Boolean(), delaySeconds: Type.Integer({ minimum: 0, maximum: 86_400 }) };

export const AlertSettingsBody = Type.Object(
  {
    ...common,
    webhook: Type.Object(webhook, strict),
    smtp: Type.Object({ ...smtp, password: Type.Optional(Nullable(Short(1_024))) }, strict),
  },
  strict,
);
export const AlertSettingsAnswer = Type.Object({
  ...common,
  webhook: Type.Object({ ...webhook, secretHint: Nullable(Text), secretLost: Type.Boolean() }),
  smtp: Type.Object({ ...smtp, passwordStored: Type.Boolean(), passwordLost: Type.Boolean() }),
  warnings: Type.Array(Type.Object({ path: Text, message: Text })),
});
export const AlertSecretAnswer = Type.Object({
  secret: Type.String({ description: 'whsec_...; no other answer shows it' }),
});
export const AlertTestBody = Type.Object({ channel: Type.Enum(['webhook', 'smtp']) }, strict);
export const AlertTestAnswer = Type.Object({
  channel: Type.Enum(['webhook', 'smtp']),
  status: Type.Integer({ description: 'HTTP status, or SMTP reply code' }),
  answer: Type.String({ description: 'the first words of the answer' }),
  refused: Type.Array(Type.String({ description: 'recipients that the mail server did not take' })),
  tookMs: Type.Integer(),
});

export type AlertEventDocument = Static<typeof AlertEvent>;
