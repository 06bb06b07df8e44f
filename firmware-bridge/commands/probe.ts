import { AppError } from '../../src/errors.ts';
import { loginGuard } from '../device/login-guard.ts';
import { keyPaths } from '../dialect/key-paths.ts';
import { chooseDialect } from '../dialect/load.ts';
import { aliasIn, lookUp, readMeeting } from '../dialect/read.ts';
import type { Dialect } from '../dialect/schema.ts';
import { readText } from '../dialect/values.ts';
import { fixedZone, IDENTITY_ACTIONS, type PbxIdentity, readPbxIdentity } from '../pbx/identity.ts';
import { type Call, readCompleteList, readDetail } from '../pbx/list.ts';
import { Session, stopsLogin } from '../pbx/session.ts';
import { type Members, openTransport } from '../pbx/transport.ts';
import { explain } from '../problems.ts';
import type { DeviceSettings } from '../settings.ts';

/**
 * Looks at one PBX and says what the bridge would make of it. Prints no address, no name, no serial number and no value
 * of a meeting, so that the whole output can be sent to somebody who helps.
 */

const FIRST_ROWS = 3;

/** true when the bridge would work with this device. */
export async function probe(options: {
  settings: DeviceSettings;
  dialects: readonly Dialect[];
  dataDir: string;
  version: string;
  print(line: string): void;
}): Promise<boolean> {
  const { settings, dialects, dataDir, version, print } = options;
  const candidates = settings.dialect === null ? [...dialects] : [settings.dialect, ...dialects];
  const allowed = new Set<string>([
    ...IDENTITY_ACTIONS,
    ...candidates.flatMap((dialect) => [
      dialect.list.action,
      dialect.get?.action ?? '',
      dialect.users?.list.action ?? '',
    ]),
  ]);
  using transport = openTransport({ url: settings.url, tls: settings.tls });
  const guard = loginGuard({ dataDir, url: settings.url, user: settings.user, clock: Date.now });
  await using session = new Session({
    transport,
    user: settings.user,
    password: settings.password,
    clock: Date.now,
    random: Math.random,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    allows: (action) => allowed.has(action),
  });
  print(`probe of a PBX, bridge ${version}`);
  try {
    await session.open();
  } catch (error) {
    if (stopsLogin(error)) guard.refused(settings.password(), error);
    const { code, title, fix } = explain(error);
    print(`login: failed, ${code}: ${title}`);
    print(`  what to do: ${fix}`);
    return false;
  }
  guard.forget();
  print('login: ok');
  const call: Call = (action, parameters, how) => session.call(action, parameters, how);
  try {
    const identity = await tellIdentity(call, print);
    const chosen = settings.dialect ?? (identity === null ? null : chooseDialect(dialects, identity));
    print(`dialect chosen by model and firmware: ${chosen?.id ?? 'none'}`);
    const zone = settings.timeZone ?? fixedZone(identity?.utcOffset ?? null);
    print(
      `time zone of the device: ${zone === null ? 'unknown, set PBX_TIME_ZONE' : settings.timeZone === null ? 'taken from its clock' : 'configured'}`,
    );
    const fits: boolean[] = [];
    for (const dialect of candidates) {
      const fit = await tellDialect({ call, dialect, zone, print });
      if (dialect === chosen) fits.push(fit);
    }
    return identity !== null && fits[0] === true;
  } catch (error) {
    const { code, title, fix } = explain(error);
    print(`stopped: ${code}: ${title}`);
    print(`  what to do: ${fix}`);
    return false;
  }
}

async function tellIdentity(call: Call, print: (line: string) => void): Promise<PbxIdentity | null> {
  const answers: Members[] = [];
  for (const action of IDENTITY_ACTIONS) answers.push(await call(action, {}));
  const identity = readPbxIdentity(answers[0] ?? {}, answers[1] ?? {});
  if (identity === null) {
    print('identity: model or firmware not found; the members are');
    for (const path of answers.flatMap(keyPaths)) print(`  ${path}`);
    return null;
  }
  print(
    `identity: model ${identity.model}, hardware ${identity.hardware ?? 'not told'}, firmware ${identity.firmware}`,
  );
  print(
    `  MAC ${identity.mac === null ? 'not told, set DEVICE_ID' : 'told'}, serial ${identity.serial === null ? 'not told' : 'told'}, clock ${identity.utcOffset ?? 'without offset'}`,
  );
  return identity;
}

async function tellDialect(options: {
  call: Call;
  dialect: Dialect;
  zone: string | null;
  print(line: string): void;
}): Promise<boolean> {
  const { call, dialect, zone, print } = options;
  print('');
  print(`dialect ${dialect.id}`);
  let rows: Members[];
  try {
    let shown = false;
    const listing: Call = async (action, parameters, how) => {
      const response = await call(action, parameters, how);
      if (!shown) print(`  ${action}: permitted, answered with ${Object.keys(response).length} members`);
      if (!shown) for (const path of keyPaths(firstOf(response))) print(`    ${path}`);
      shown = true;
      return response;
    };
    rows = await readCompleteList(listing, dialect.list, dialect.fields.id);
  } catch (error) {
    tellFailure(dialect.list.action, error, print);
    return false;
  }
  await tellUsers(call, dialect, print);
  print(`  meetings listed: ${rows.length}`);
  const missing = new Set<string>();
  const notes = new Set<string>();
  let read = 0;
  for (const row of rows.slice(0, FIRST_ROWS)) {
    const idField = aliasIn(row, dialect.fields.id);
    const id = idField === null ? null : readText(lookUp(row, idField));
    let detail: Members | null = null;
    if (dialect.get !== null && idField !== null && id !== null) {
      try {
        detail = await readDetail(call, dialect.get, dialect, { id, idField });
        if (read === 0) print(`  ${dialect.get.action}: permitted`);
        if (read === 0) for (const path of keyPaths(detail)) print(`    ${path}`);
      } catch (error) {
        tellFailure(dialect.get.action, error, print);
        return false;
      }
    }
    const result = readMeeting({ row, detail }, dialect, zone);
    if (result.ok) for (const note of result.meeting.notes) notes.add(`${note.code}: ${note.message}`);
    else for (const name of result.missing) missing.add(name);
    if (result.ok && result.meeting.repeat.kind === 'unknown')
      notes.add('repeat-unknown: the word for the repetition is not known');
    read += 1;
  }
  for (const note of notes) print(`  warning ${note}`);
  if (missing.size > 0) {
    print(`  does not fit: ${[...missing].join(', ')} not found or not readable`);
    return false;
  }
  print(rows.length === 0 ? '  fits as far as can be told; schedule a meeting and probe again' : '  fits');
  return true;
}

async function tellUsers(call: Call, dialect: Dialect, print: (line: string) => void): Promise<void> {
  if (dialect.users === null) return;
  const { action } = dialect.users.list;
  try {
    await call(action, { ...dialect.users.list.params, item_num: 1, page: 1 });
    print(`  ${action}: permitted (needed only for PBX_LOOK_UP_ADDRESSES)`);
  } catch (error) {
    tellFailure(`${action} (needed only for PBX_LOOK_UP_ADDRESSES)`, error, print);
  }
}

function tellFailure(action: string, error: unknown, print: (line: string) => void): void {
  if (!(error instanceof AppError)) throw error;
  const status = error.detail['status'];
  if (error.code === 'mapping-incomplete') {
    print(`  ${action}: permitted, but ${error.message}; members: ${error.detail['keys'] ?? 'none'}`);
  } else {
    print(`  ${action}: ${error.code}${status === undefined ? '' : ` (${status})`}`);
  }
}

/** The first rows are enough to see the shape. */
function firstOf(response: Members): Members {
  return Object.fromEntries(
    Object.entries(response).map(([name, value]) => [name, Array.isArray(value) ? value.slice(0, FIRST_ROWS) : value]),
  );
}
