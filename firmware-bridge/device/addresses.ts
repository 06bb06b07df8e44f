import type { Person } from '../../src/domain/meeting.ts';
import { aliasIn, lookUp } from '../dialect/read.ts';
import type { Dialect } from '../dialect/schema.ts';
import { readText } from '../dialect/values.ts';
import type { PbxMeeting } from '../meeting.ts';
import { type Call, readCompleteList } from '../pbx/list.ts';
import type { Members } from '../pbx/transport.ts';
import type { KnownAddress } from '../state/store.ts';

/** Addresses of extensions, for participants whom the PBX lists without one. */

/** All users that have an extension. Raises what the call raises. */
export async function readAddresses(call: Call, dialect: Dialect): Promise<KnownAddress[]> {
  const { users } = dialect;
  if (users === null) return [];
  const rows = await readCompleteList(call, users.list, users.fields.extension);
  const value = (row: Members, aliases: readonly string[]): string | null => {
    const alias = aliasIn(row, aliases);
    return alias === null ? null : readText(lookUp(row, alias));
  };
  return rows.flatMap((row) => {
    const extension = value(row, users.fields.extension);
    if (extension === null) return [];
    const email = value(row, users.fields.email);
    return [{ extension, email: email?.includes('@') === true ? email : null, name: value(row, users.fields.name) }];
  });
}

/** Whether a participant is there whose address only the user record can tell. */
export function lacksAddress(meeting: PbxMeeting): boolean {
  return [meeting.host, ...meeting.invitees].some(
    (person) => person !== null && person.extension !== null && person.email === null,
  );
}

export function withAddresses(meeting: PbxMeeting, addresses: ReadonlyMap<string, KnownAddress>): PbxMeeting {
  if (addresses.size === 0) return meeting;
  const complete = (person: Person): Person => {
    if (person.extension === null || person.email !== null) return person;
    const found = addresses.get(person.extension);
    return found === undefined ? person : { ...person, email: found.email, name: person.name ?? found.name };
  };
  return {
    ...meeting,
    host: meeting.host === null ? null : complete(meeting.host),
    invitees: meeting.invitees.map(complete),
  };
}
