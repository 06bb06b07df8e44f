import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Meeting } from '../../src/domain/meeting.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/sqlite.ts';
import { keepTidy, purgeAll } from '../../src/sync/keeping.ts';
import type { AcceptedEvent, Outcome, ParkedMessage } from '../../src/sync/ports.ts';

const DAY = 24 * 3_600_000;
const device = 'pbx1';
const times = { startsAt: 0, endsAt: 0 };

function wish(change: Partial<Meeting> = {}): Meeting {
  return {
    uid: 'm',
    sequence: 0,
    subject: 'Weekly',
    start: '2026-01-05T10:00:00',
    end: '2026-01-05T11:00:00',
    timeZone: 'Etc/UTC',
    recurrence: null,
    host: null,
    invitees: [],
    room: null,
    publicRoom: false,
    joinUrl: null,
    password: null,
    emailReminderMinutes: null,
    agenda: '',
    syncToGoogleCalendar: true,
    ...change,
  };
}

describe('what is too old', () => {
  const end = Date.parse('2026-01-05T11:00:00Z');
  let folder: string;
  let file: string;
  let ledger: OpenLedger;
  let now: number;
  let logged: object[];
  let emptied: number;
  let serial = 0;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'keeping-'));
    file = join(folder, 'ledger.db');
    now = end - 7 * DAY;
    ledger = openLedger({ file, clock: () => now });
    logged = [];
    emptied = 0;
  });
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  function deps(retentionDays = 400) {
    return {
      ledger,
      retentionDays,
      clock: () => now,
      log: { info: (fields: object) => void logged.push(fields), error: (fields: object) => void logged.push(fields) },
      onEmptied: () => {
        emptied += 1;
      },
    };
  }
  const purge = (retentionDays?: number) => purgeAll(deps(retentionDays), new AbortController().signal);

  async function accept(change: Partial<AcceptedEvent> & { uid: string }): Promise<void> {
    serial += 1;
    await ledger.accept({
      device,
      operation: 'scheduled',
      source: '/pbx',
      eventId: `e${serial}`,
      sequence: 0,
      occurrence: null,
      meeting: wish(),
      warnings: [],
      contentHash: `h${serial}`,
      ...times,
      endsAt: end,
      ...change,
    });
  }

  async function settle(uid: string, change: Partial<Outcome> = {}): Promise<void> {
    const version = (await ledger.meeting({ device, uid }))?.version ?? -1;
    await ledger.settle({
      device,
      uid,
      version,
      state: 'synced',
      error: null,
      warnings: [],
      occurrences: [],
      nextAttemptAt: null,
      recorded: [],
      attempt: 0,
      removal: null,
      invited: 0,
      history: [{ action: 'calendar create', detail: 'new' }],
      result: `{"uid":"${uid}"}`,
      ...change,
    });
  }

  const uids = async () => (await ledger.meetings({ limit: 200 })).items.map((item) => item.uid).sort();
  const rows = (table: string) => {
    using db = new DatabaseSync(file, { readOnly: true });
    return Number((db.prepare(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n);
  };

  it('is a meeting so many days after its last end, with its wishes, its record and its history', async () => {
    await accept({ uid: 'old' });
    await settle('old', { recorded: [record('abc')] });
    now = end + 400 * DAY;
    expect((await purge()).meetings).toBe(0);
    expect(await uids()).toEqual(['old']);
    now += 1;
    expect((await purge()).meetings).toBe(1);
    expect(['meetings', 'desired', 'recorded', 'history', 'seen'].map(rows)).toEqual([0, 0, 0, 0, 0]);
  });

  it('is never a meeting that is not over, pending or held, nor a series without end', async () => {
    const kept: Record<string, Partial<AcceptedEvent>> = {
      future: { endsAt: end + 1_000 * DAY },
      endless: { endsAt: null, meeting: wish({ recurrence: { rrule: 'FREQ=DAILY', excluded: [] } }) },
      moved: {},
      pending: {},
      held: {},
      'failed-ahead': { endsAt: end + 1_000 * DAY },
    };
    for (const [uid, change] of Object.entries(kept)) await accept({ uid, ...change });
    await accept({
      uid: 'moved',
      operation: 'updated',
      sequence: 1,
      occurrence: '2026-01-05T10:00:00',
      endsAt: end + 500 * DAY,
    });
    await accept({ uid: 'failed-over' });
    const error = { code: 'meeting-invalid', title: '', fix: '', link: null, retryable: false };
    for (const uid of ['future', 'endless', 'moved']) await settle(uid);
    await settle('held', { state: 'held', error });
    for (const uid of ['failed-ahead', 'failed-over']) await settle(uid, { state: 'failed', error });
    now = end + 800 * DAY;
    await purge();
    expect(await uids()).toEqual(Object.keys(kept).sort());
    now = end + 901 * DAY;
    await purge();
    expect(await uids()).toEqual(['endless', 'failed-ahead', 'future', 'held', 'pending']);
  });

  it('is a cancelled series that had no end, counted from its cancellation', async () => {
    await accept({
      uid: 'ended',
      endsAt: null,
      meeting: wish({ recurrence: { rrule: 'FREQ=DAILY', excluded: [] } }),
    });
    await accept({ uid: 'ended', operation: 'cancelled', sequence: 1, meeting: null, endsAt: null });
    await settle('ended', { state: 'cancelled' });
    const cancelled = now;
    now = cancelled + 399 * DAY;
    await purge();
    expect(await uids()).toEqual(['ended']);
    now = cancelled + 401 * DAY;
    await purge();
    expect(await uids()).toEqual([]);
  });

  it('is a meeting whose zone was not known when it came, by the latest hour that its end can mean', async () => {
    await accept({ uid: 'somewhere', endsAt: null, meeting: wish({ timeZone: '' }) });
    await settle('somewhere');
    now = end + 400 * DAY + 12 * 3_600_000;
    await purge();
    expect(await uids()).toEqual(['somewhere']);
    now += 1;
    await purge();
    expect(await uids()).toEqual([]);
  });

  it('is the history of a series that goes on, the audit trail, and a parked message', async () => {
    await accept({
      uid: 'endless',
      endsAt: null,
      meeting: wish({ recurrence: { rrule: 'FREQ=DAILY', excluded: [] } }),
    });
    await settle('endless');
    await ledger.note({ actor: 'admin', action: 'signed in', subject: '127.0.0.1', detail: '' });
    await ledger.park(parked(now));
    now += 401 * DAY;
    await ledger.note({ actor: 'admin', action: 'signed in', subject: '127.0.0.1', detail: '' });
    await ledger.park(parked(now));
    const purged = await purge();
    expect(purged).toMatchObject({ meetings: 0, history: 2, activity: 1, parked: 1 });
    expect((await ledger.activity({ limit: 5 })).items).toHaveLength(1);
    expect((await ledger.parked({ limit: 5 })).items.map((item) => item.at)).toEqual([new Date(now).toISOString()]);
    expect(logged).toEqual([{ ...purged, retentionDays: 400 }]);
  });

  it('is a message id after 30 days', async () => {
    await accept({ uid: 'm', eventId: 'same' });
    now += 30 * DAY;
    await purge();
    await accept({ uid: 'm', eventId: 'same', sequence: 9 });
    expect((await ledger.meeting({ device, uid: 'm' }))?.main?.sequence).toBe(0);
    now += 1;
    await purge();
    await accept({ uid: 'm', eventId: 'same', sequence: 9 });
    expect((await ledger.meeting({ device, uid: 'm' }))?.main?.sequence).toBe(9);
  });

  it('is a result 30 days after the last end, emptied once, and after that it is gone', async () => {
    for (const uid of ['over', 'ahead', 'held']) await accept({ uid, endsAt: uid === 'ahead' ? end + 60 * DAY : end });
    const error = { code: 'zone-unknown', title: '', fix: '', link: null, retryable: true };
    for (const uid of ['over', 'ahead']) await settle(uid);
    await settle('held', { state: 'held', error });
    for (const result of await ledger.unpublishedResults(10)) await ledger.resultPublished(result);
    now = end + 30 * DAY;
    await purge();
    expect(await ledger.unpublishedResults(10)).toEqual([]);
    now += 1;
    expect((await purge()).results).toBe(1);
    expect(emptied).toBe(1);
    const [empty, ...others] = await ledger.unpublishedResults(10);
    expect(empty).toMatchObject({ uid: 'over', payload: '' });
    expect(others).toEqual([]);
    expect((await ledger.results()).map((result) => result.uid).sort()).toEqual(['ahead', 'held']);
    expect((await ledger.meeting({ device, uid: 'over' }))?.result).toBeNull();
    // Until the broker has taken it, a further run leaves it alone, and so does one after that.
    expect((await purge()).results).toBe(0);
    expect(await ledger.unpublishedResults(10)).toEqual([empty]);
    if (empty !== undefined) await ledger.resultPublished(empty);
    now += DAY;
    await purge();
    expect(await ledger.unpublishedResults(10)).toEqual([]);
    expect(await uids()).toContain('over');
  });

  it('is emptied on the broker even when the meeting goes before its result would', async () => {
    await accept({ uid: 'short' });
    await settle('short');
    now = end + 2 * DAY;
    await purge(1);
    expect(await uids()).toEqual([]);
    expect(await ledger.unpublishedResults(10)).toMatchObject([{ uid: 'short', payload: '' }]);
    expect(emptied).toBe(1);
  });

  it('lets the results of the day go first', async () => {
    for (const uid of ['a', 'b', 'c']) await accept({ uid });
    for (const uid of ['a', 'b']) await settle(uid);
    now = end + 31 * DAY;
    await purge();
    await settle('c');
    const waiting = await ledger.unpublishedResults(10);
    expect(waiting.map((result) => [result.uid, result.payload === ''])).toEqual([
      ['c', false],
      ['a', true],
      ['b', true],
    ]);
  });

  it('goes in small shares between which others write, and stops at once when it is told to', async () => {
    for (let index = 0; index < 120; index += 1) await accept({ uid: `m${index}` });
    await Promise.all(Array.from({ length: 120 }, (_, index) => settle(`m${index}`)));
    now = end + 500 * DAY;
    const stop = new AbortController();
    let shares = 0;
    const watched = {
      ...deps(),
      ledger: {
        purge: (limits: Parameters<OpenLedger['purge']>[0]) => {
          shares += 1;
          if (shares === 2) stop.abort();
          return ledger.purge(limits);
        },
      },
    };
    await purgeAll(watched, stop.signal);
    expect([shares, (await uids()).length]).toEqual([2, 20]);
    await purge();
    expect(await uids()).toEqual([]);
  });

  it('is looked for at the start and then daily, an hour later where it failed, until the signal', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const stop = new AbortController();
      const none = { meetings: 0, results: 0, history: 0, activity: 0, parked: 0, seen: 0 };
      const looks: number[] = [];
      let fails = false;
      const purgeOnce = async () => {
        looks.push((now - started) / 3_600_000);
        if (fails) throw new Error('the disk is full');
        return { purged: none, more: false };
      };
      const started = now;
      const running = keepTidy({ ...deps(), ledger: { purge: purgeOnce } }, stop.signal);
      const hours = async (count: number) => {
        for (let hour = 0; hour < count; hour += 1) {
          now += 3_600_000;
          await vi.advanceTimersByTimeAsync(3_600_000);
        }
      };
      await hours(47);
      fails = true;
      await hours(2);
      fails = false;
      await hours(10);
      expect(looks).toEqual([0, 24, 48, 49, 50]);
      expect(logged).toHaveLength(2);
      stop.abort();
      await running;
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('leaves the file as small as what is left, and as it was after years of coming and going', async () => {
    const agenda = 'x'.repeat(4_000);
    const fill = async (round: number) => {
      const work = Array.from({ length: 200 }, async (_, index) => {
        const uid = `r${round}-${index}`;
        await accept({ uid, meeting: wish({ agenda }), endsAt: now });
        await settle(uid);
      });
      await Promise.all(work);
      for (const result of await ledger.unpublishedResults(1_000)) await ledger.resultPublished(result);
    };
    const size = () => statSync(file).size + statSync(`${file}-wal`).size;
    await purge();
    const empty = size();
    const sizes: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      await fill(round);
      now += 401 * DAY;
      await purge();
      for (const result of await ledger.unpublishedResults(1_000)) await ledger.resultPublished(result);
      await purge();
      sizes.push(size());
    }
    expect(await uids()).toEqual([]);
    // 200 meetings take more than 0.8 MB; what stays is the empty file and a few pages.
    for (const left of sizes) expect(left).toBeLessThan(empty + 64 * 1_024);
  });
});

describe('parked messages', () => {
  it('are the newest thousand at most', { timeout: 20_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parked-'));
    await using ledger = openLedger({ file: join(folder, 'ledger.db'), clock: () => 0 });
    await Promise.all(Array.from({ length: 1_003 }, (_, index) => ledger.park(parked(index))));
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await ledger.parked({ limit: 200, cursor });
      ids.push(...page.items.map((item) => item.at));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(ids).toHaveLength(1_000);
    expect([ids[0], ids.at(-1)]).toEqual([new Date(1_002).toISOString(), new Date(3).toISOString()]);
    rmSync(folder, { recursive: true });
  });
});

function parked(at: number): ParkedMessage {
  return {
    device,
    topic: 'pbx/pbx1/meetings/scheduled',
    source: null,
    id: null,
    uid: null,
    sequence: null,
    code: 'schema',
    title: '',
    errors: [],
    fix: '',
    at: new Date(at).toISOString(),
    size: 1,
    sha256: '',
    document: null,
  };
}

function record(eventId: string) {
  return {
    occurrence: null,
    account: 'sub',
    calendarId: 'c',
    eventId,
    generation: 0,
    state: 'live' as const,
    etag: '"1"',
    htmlLink: null,
    sequence: 0,
    entry: null,
  };
}
