import { describe, expect, it } from 'vitest';
import type { Meeting } from '../../src/domain/meeting.ts';
import { type Plan, type PlanInput, plan, type RecordedEntry } from '../../src/domain/plan.ts';

const meeting: Meeting = {
  uid: '6500-1',
  sequence: 0,
  subject: 'Weekly_Meeting',
  start: '2024-04-29T10:00:00',
  end: '2024-04-29T11:00:00',
  timeZone: '(UTC+01:00) Etc/GMT-1',
  recurrence: null,
  host: { extension: '1000', name: 'Arthur Morgan', email: 'arthur@example.com' },
  invitees: [
    { extension: '1001', name: 'One', email: 'one@example.com' },
    { extension: '1002', name: null, email: null },
    { extension: null, name: 'Again', email: 'ONE@example.com' },
  ],
  room: '6500',
  publicRoom: false,
  joinUrl: null,
  password: null,
  emailReminderMinutes: 60,
  agenda: '',
  syncToGoogleCalendar: true,
};

const BEFORE = Date.parse('2024-04-01T00:00:00Z');
const AFTER = Date.parse('2024-06-01T00:00:00Z');
const target = { ok: true as const, account: 'sub-1', address: 'arthur@example.com', calendarId: 'arthur@example.com' };

function input(change: { meeting?: Partial<Meeting>; cancelled?: boolean } & Partial<PlanInput> = {}): PlanInput {
  const { meeting: fields, cancelled = false, ...rest } = change;
  const wished = { ...meeting, ...fields };
  return {
    device: 'pbx1',
    deviceZone: null,
    main: {
      occurrence: null,
      sequence: wished.sequence,
      cancelled,
      contentHash: 'x',
      meeting: cancelled ? null : wished,
      warnings: [],
    },
    occurrences: [],
    recorded: [],
    deviceCode: null,
    now: BEFORE,
    policy: {
      agentId: 'agent',
      target,
      sendUpdates: 'all',
      selector: 'tick',
      tag: '[gcal]',
      reminders: null,
      visibility: 'default',
      includePassword: true,
      deletedInCalendar: 'leave',
    },
    ...rest,
  };
}

function entryOf(made: Plan) {
  const step = made.steps[0];
  if (step === undefined || !('entry' in step)) throw new Error('no entry was planned');
  return step.entry;
}

function recorded(change: Partial<RecordedEntry> = {}): RecordedEntry {
  return {
    occurrence: null,
    account: 'sub-1',
    calendarId: 'arthur@example.com',
    eventId: 'abcde',
    generation: 0,
    state: 'live',
    etag: '"1"',
    htmlLink: null,
    sequence: 0,
    entry: entryOf(plan(input())),
    ...change,
  };
}

describe('the plan for a meeting', () => {
  it('creates an entry at the right hour, with the addresses as guests and a warning for who has none', () => {
    const made = plan(input());
    const entry = entryOf(made);
    expect(made.steps[0]).toMatchObject({ action: 'create', generation: 0, mail: 'all' });
    expect(entry.start).toEqual({ local: '2024-04-29T10:00:00', zone: 'Etc/GMT-1', offset: '+01:00' });
    expect(entry.guests).toEqual([{ email: 'one@example.com', displayName: 'One' }]);
    expect(made.warnings.map((warning) => [warning.code, warning.path])).toEqual([
      ['invitee-without-address', '/data/invitees/1/email'],
    ]);
    expect(made.warnings[0]?.message).toContain('1002');
  });

  it('lists the account itself as a guest on a calendar that is not its primary one', () => {
    const other = { ...target, calendarId: 'team@group.calendar.google.com' };
    const made = plan(input({ policy: { ...input().policy, target: other } }));
    expect(entryOf(made).guests.map((guest) => guest.email)).toEqual(['arthur@example.com', 'one@example.com']);
  });

  it('writes nothing when only the sequence moved', () => {
    expect(plan(input({ meeting: { sequence: 5 }, recorded: [recorded()] })).steps).toEqual([]);
  });

  it('updates what changed, and sends the guests only when they did', () => {
    const renamed = plan(input({ meeting: { subject: 'New', sequence: 1 }, recorded: [recorded()] }));
    expect(renamed.steps[0]).toMatchObject({ action: 'update', guestsChanged: false, mail: 'all' });
    const fewer = plan(input({ meeting: { invitees: [] }, recorded: [recorded()] }));
    expect(fewer.steps[0]).toMatchObject({ action: 'update', guestsChanged: true });
  });

  it('mails nobody about a change of settings, unless somebody is newly invited', () => {
    const policy = { ...input().policy, visibility: 'private' as const };
    const hidden = plan(input({ policy, recorded: [recorded()] }));
    expect(hidden.steps[0]).toMatchObject({ action: 'update', guestsChanged: false, mail: 'none' });
    const found = [{ extension: '1002', name: null, email: 'two@example.com' }];
    const invited = plan(input({ meeting: { invitees: found }, recorded: [recorded()] }));
    expect(invited.steps[0]).toMatchObject({ action: 'update', guestsChanged: true, mail: 'all' });
  });

  it('mails nobody about a meeting that is over', () => {
    const made = plan(input({ now: AFTER }));
    expect(made.steps[0]).toMatchObject({ action: 'create', mail: 'none' });
    expect(made.warnings.map((warning) => warning.code)).toContain('over');
  });

  it('leaves the entry of a meeting that is over when it is cancelled or unticked', () => {
    const entry = recorded();
    expect(plan(input({ cancelled: true, now: AFTER, recorded: [entry] }))).toMatchObject({
      steps: [],
      state: 'cancelled',
    });
    const unticked = plan(input({ meeting: { syncToGoogleCalendar: false }, now: AFTER, recorded: [entry] }));
    expect(unticked).toMatchObject({ steps: [], state: 'skipped' });
  });

  it('removes the entry of a cancelled meeting and tells the guests, even where changes are not mailed', () => {
    const policy = { ...input().policy, sendUpdates: 'none' as const };
    const made = plan(input({ cancelled: true, recorded: [recorded()], policy }));
    expect(made.steps).toEqual([expect.objectContaining({ action: 'remove', mail: 'all' })]);
    expect(made.state).toBe('cancelled');
  });

  it('revives what it removed, and starts a new generation in another calendar', () => {
    const removed = recorded({ state: 'removed' });
    expect(plan(input({ recorded: [removed] })).steps[0]).toMatchObject({ action: 'revive' });
    const moved = plan(input({ recorded: [{ ...removed, calendarId: 'team@group.calendar.google.com' }] }));
    expect(moved.steps[0]).toMatchObject({ action: 'create', generation: 1 });
  });

  it('leaves deleted what a person deleted, until the PBX cancels and schedules anew', () => {
    const gone = recorded({ state: 'deleted-by-person' });
    const kept = plan(input({ meeting: { subject: 'Changed' }, recorded: [gone] }));
    expect(kept).toMatchObject({ steps: [], state: 'skipped' });
    expect(kept.warnings.map((warning) => warning.code)).toContain('deleted-in-calendar');
    expect(plan(input({ cancelled: true, recorded: [gone] })).steps).toEqual([{ action: 'forget', recorded: gone }]);
  });

  it('holds new entries of a device that may have none, and goes on with those that exist', () => {
    expect(plan(input({ deviceCode: 'firmware-too-old' }))).toMatchObject({ state: 'held', code: 'firmware-too-old' });
    const update = plan(input({ deviceCode: 'firmware-too-old', meeting: { subject: 'X' }, recorded: [recorded()] }));
    expect(update.steps[0]).toMatchObject({ action: 'update' });
    const cancel = plan(input({ deviceCode: 'firmware-too-old', cancelled: true, recorded: [recorded()] }));
    expect(cancel.steps[0]).toMatchObject({ action: 'remove' });
  });

  it('never touches the entry of another account', () => {
    const foreign = recorded({ account: 'sub-2' });
    expect(plan(input({ meeting: { subject: 'X' }, recorded: [foreign] }))).toMatchObject({
      state: 'held',
      code: 'other-account',
    });
    expect(plan(input({ cancelled: true, recorded: [foreign] }))).toMatchObject({
      state: 'held',
      code: 'other-account',
    });
    expect(plan(input({ recorded: [foreign] }))).toMatchObject({ state: 'synced', steps: [] });
  });

  it('holds what it cannot place in time', () => {
    expect(plan(input({ meeting: { timeZone: '' } }))).toMatchObject({ state: 'held', code: 'zone-unknown' });
    expect(plan(input({ meeting: { timeZone: '' }, deviceZone: 'Europe/Paris' })).steps).toHaveLength(1);
  });

  it('chooses by tick, by tag, or all', () => {
    const unticked = { syncToGoogleCalendar: false, agenda: 'see [GCAL]' };
    const by = (selector: 'tick' | 'all' | 'tag') =>
      plan(input({ meeting: unticked, policy: { ...input().policy, selector } })).state;
    expect([by('tick'), by('tag'), by('all')]).toEqual(['skipped', 'synced', 'synced']);
  });

  it('tries again under the same id when the outcome of the first attempt is not known', () => {
    const intended = recorded({ state: 'intended', etag: null });
    expect(plan(input({ recorded: [intended] })).steps[0]).toMatchObject({ action: 'create', generation: 0 });
  });

  it('changes and cancels single occurrences without touching the series', () => {
    const series = { recurrence: { rrule: 'FREQ=WEEKLY;COUNT=4', excluded: [] } };
    const entry = recorded({ entry: entryOf(plan(input({ meeting: series }))) });
    const wish = (occurrence: string, moved: Meeting | null, sequence: number) => ({
      occurrence,
      sequence,
      cancelled: moved === null,
      contentHash: 'y',
      meeting: moved,
      warnings: [],
    });
    const moved = { ...meeting, start: '2024-05-06T12:00:00', end: '2024-05-06T13:00:00' };
    const made = plan(
      input({
        meeting: series,
        recorded: [entry],
        occurrences: [
          wish('2024-05-06T10:00:00', moved, 2),
          wish('2024-05-13T10:00:00', null, 3),
          wish('2024-05-14T10:00:00', null, 4),
        ],
      }),
    );
    expect(made.steps.map((step) => step.action)).toEqual(['change-occurrence', 'cancel-occurrence']);
    expect(made.warnings.map((warning) => warning.code)).toContain('occurrence-not-in-series');
  });

  it('holds an occurrence whose series has not arrived', () => {
    expect(plan(input({ main: null }))).toMatchObject({ state: 'held', code: 'series-unknown' });
  });

  it('shows outside text as text, and lets only links pass that open a meeting', () => {
    const made = plan(
      input({
        meeting: { agenda: '<img src=x onerror=alert(1)> & "quotes"', joinUrl: 'javascript:alert(1)', password: '77<' },
      }),
    );
    const { description } = entryOf(made);
    expect(description).toContain('&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quotes&quot;');
    expect(description).not.toContain('javascript:');
    expect(description).toContain('Password: 77&lt;');
    const linked = plan(input({ meeting: { joinUrl: 'https://meet.example.com/a?b=1&c=2' } }));
    expect(entryOf(linked).description).toContain('<a href="https://meet.example.com/a?b=1&amp;c=2">');
  });

  it('leaves the password out where the settings say so', () => {
    const policy = { ...input().policy, includePassword: false };
    expect(entryOf(plan(input({ meeting: { password: '4711' }, policy }))).description).not.toContain('4711');
  });
});
