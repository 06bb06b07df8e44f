import Type, { type Static } from 'typebox';

/**
 * A dialect says how one family of firmwares lists its meetings: the names of actions and fields, and how values are
 * spelled. Only the shape is code; every name is data that a site can override.
 */

const strict = { additionalProperties: false };
const Scalar = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);
/** Aliases, tried in order; a dot leads into an object. */
const Aliases = Type.Array(Type.String({ minLength: 1, maxLength: 128 }), { maxItems: 32 });
const Scalars = Type.Array(Scalar, { maxItems: 64 });
const Parameters = Type.Record(Type.String(), Scalar);
const ReadAction = Type.String({ pattern: '^(list|get)[A-Za-z]{1,80}$' });

export const TIME_FORMATS = [
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD HH:mm',
  'epochSeconds',
  'epochMillis',
  'ISO8601',
] as const;

const List = Type.Object(
  {
    action: ReadAction,
    params: Parameters,
    paged: Type.Boolean(),
    pageSize: Type.Integer({ minimum: 1, maximum: 1_000 }),
    /** Names of the member that holds the rows; `*onlyArray` and `*groupedByKey` are rules instead of names. */
    rows: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    statusOptional: Type.Optional(Type.Boolean()),
    /** Rows that are no scheduled meetings: member -> values. */
    ignore: Type.Optional(Type.Record(Type.String(), Scalars)),
    /** Members that change without the meeting changing. */
    volatile: Type.Optional(Type.Array(Type.String())),
  },
  strict,
);

const Get = Type.Object(
  {
    action: ReadAction,
    /** Names of the parameter; `*idField` is the name under which the list row carries the id. */
    idParam: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    object: Type.Array(Type.String({ minLength: 1 }), { minItems: 1 }),
    statusOptional: Type.Optional(Type.Boolean()),
  },
  strict,
);

export const FIELD_NAMES = [
  'id',
  'seriesId',
  'originalStart',
  'subject',
  'room',
  'publicRoom',
  'start',
  'end',
  'durationMinutes',
  'zone',
  'repeat',
  'rrule',
  'repeatUntil',
  'repeatCount',
  'weekdays',
  'excluded',
  'googleSync',
  'agenda',
  'password',
  'joinUrl',
  'host',
  'hostName',
  'hostEmail',
  'reminder',
  'members',
  'status',
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

const Fields = Type.Object(
  Object.fromEntries(FIELD_NAMES.map((name) => [name, Aliases])) as Record<FieldName, typeof Aliases>,
  strict,
);

const Member = Type.Object({ extension: Aliases, name: Aliases, email: Aliases, isHost: Aliases }, strict);

const Users = Type.Object(
  {
    list: List,
    fields: Type.Object({ extension: Aliases, email: Aliases, name: Aliases }, strict),
  },
  strict,
);

const Values = Type.Object(
  {
    yes: Scalars,
    no: Scalars,
    times: Type.Array(Type.Enum([...TIME_FORMATS]), { minItems: 1 }),
    /** Whether times without offset are the wall clock of the meeting's zone, or UTC. */
    textTimes: Type.Enum(['wall', 'utc']),
    zones: Type.Array(Type.Enum(['label', 'iana', 'offset', 'device']), { minItems: 1 }),
    repeat: Type.Object(
      {
        none: Scalars,
        /** RRULE -> the spellings that mean it. */
        rules: Type.Record(Type.String({ pattern: '^FREQ=' }), Scalars),
      },
      strict,
    ),
    /** RRULE's weekday -> the spellings that mean it. */
    weekdays: Type.Record(Type.String({ pattern: '^(MO|TU|WE|TH|FR|SA|SU)$' }), Scalars),
    cancelled: Scalars,
  },
  strict,
);

/** `$name` stands for a value of the meeting; everything else is sent as it is. */
const Write = Type.Object(
  {
    /** Whether the names were seen to work on a real unit; only then meetings are scheduled. */
    confirmed: Type.Boolean(),
    action: Type.String({ pattern: '^add[A-Za-z]{1,80}$' }),
    /** The id is chosen by us (as the vendor's page does) or by the PBX. */
    id: Type.Union([Type.Object({ param: Type.String(), format: Type.Enum(['epochMillis']) }, strict), Type.Null()]),
    params: Parameters,
    member: Parameters,
    membersAsText: Type.Boolean(),
    time: Type.Enum(['YYYY-MM-DD HH:mm:ss', 'YYYY-MM-DD HH:mm']),
    yes: Scalar,
    no: Scalar,
    /** RRULE -> value; '' is the single meeting. */
    repeat: Type.Record(Type.String(), Scalar),
    /** Where the PBX keeps wall-clock times without a zone, only its own zone can be scheduled. */
    deviceZoneOnly: Type.Boolean(),
    /** Characters that the PBX refuses in a subject. */
    forbidden: Type.String(),
    crossesMidnight: Type.Boolean(),
  },
  strict,
);

export const DialectSchema = Type.Object(
  {
    id: Type.String({ pattern: '^[a-z0-9-]{1,64}$' }),
    title: Type.String(),
    /** What is known about it and from where. */
    evidence: Type.String(),
    match: Type.Object(
      { model: Type.String(), firmware: Type.Optional(Type.String({ pattern: '^\\d+(\\.\\d+)*$' })) },
      strict,
    ),
    list: List,
    get: Type.Union([Get, Type.Null()]),
    fields: Fields,
    member: Member,
    users: Type.Union([Users, Type.Null()]),
    values: Values,
    write: Type.Union([Write, Type.Null()]),
  },
  strict,
);

export type Dialect = Static<typeof DialectSchema>;
export type ListAction = Static<typeof List>;
export type WriteAction = Static<typeof Write>;
export type GetAction = Static<typeof Get>;
export type DialectScalar = Static<typeof Scalar>;
