import Type, { type TSchema } from 'typebox';

/** The bodies and answers of /api/v1/directory. */

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()]);
const Text = Type.String();
const strict = { additionalProperties: false };
const Address = Type.String({ minLength: 1, maxLength: 254 });

export const ApplyQuery = Type.Object(
  {
    apply: Type.Optional(
      Type.Enum(['none', 'new', 'all'], {
        description:
          '`none` only says what would happen. `new` takes the change; meetings that are known follow with their next event. `all` takes it and applies the directory to every meeting that is not over. An import without it is `none`, any other change `new`.',
      }),
    ),
  },
  strict,
);
export const ExtensionParams = Type.Object({ extension: Type.String({ pattern: '^[0-9]{2,8}$' }) });
export const DirectoryQuery = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: 254, description: 'part of an extension, a name or an address' })),
    limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$', description: 'at most 1000, 200 without it' })),
  },
  strict,
);
export const DirectoryEntryBody = Type.Object(
  { email: Address, name: Type.Optional(Nullable(Type.String({ maxLength: 128 }))) },
  strict,
);
export const PatternBody = Type.Object(
  {
    address: Type.String({ maxLength: 254, description: 'such as {extension}@example.com' }),
    extensions: Type.Optional(
      Type.String({
        maxLength: 1_024,
        description: 'such as 1000-1999, 2*, 3001; empty = every extension of 2 to 8 digits',
      }),
    ),
  },
  strict,
);
export const CsvBody = Type.Unsafe<Uint8Array>({
  description: 'UTF-8, comma or semicolon, with the columns extension, name (optional) and email in any order',
});

const EntryItem = Type.Object({ extension: Text, name: Nullable(Text), email: Text });
export const DirectoryAnswer = Type.Object({
  total: Type.Integer(),
  /** How many fit `q`; `entries` holds the first `limit` of them. */
  matching: Type.Integer(),
  entries: Type.Array(EntryItem),
  pattern: Nullable(Type.Object({ address: Text, extensions: Text })),
});
export const ImpactAnswer = Type.Object({
  meetings: Type.Integer({ description: 'known meetings whose entry would be made, changed or removed' }),
  invitations: Type.Integer({ description: 'people who would be newly invited by mail to these' }),
});
const Applied = Type.Enum(['none', 'new', 'all']);
export const DirectoryChangeAnswer = Type.Object({ impact: ImpactAnswer, applied: Applied });
export const DirectoryImportAnswer = Type.Object({
  report: Type.Object({
    rows: Type.Integer({ description: 'rows below the header' }),
    added: Type.Integer(),
    changed: Type.Integer(),
    unchanged: Type.Integer(),
    bad: Type.Integer({ description: 'rows that are left out' }),
    /** The first 200 of the bad rows. */
    errors: Type.Array(Type.Object({ line: Type.Integer(), message: Text, fix: Text })),
  }),
  impact: ImpactAnswer,
  applied: Applied,
});
