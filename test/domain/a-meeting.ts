import type { DesiredState, Meeting } from '../../src/domain/meeting.ts';
import { type Plan, type PlanInput, plan, type RecordedEntry, type Step } from '../../src/domain/plan.ts';
import { instanceSuffix } from '../../src/domain/recurrence.ts';

/** A meeting, what is wanted of it, and what the calendar is known to hold, for tests of the plan. */

export const meeting: Meeting = {
  uid: '6500-1',
  sequence: 0,
  subject: 'Weekly_Meeting',
  start: '2024-04-29T10:00:00',
  end: '2024-04-29T11:00:00',
  timeZone: 'Europe/Berlin',
  recurrence: null,
  host: { extension: '1000', name: 'Arthur Morgan', email: 'arthur@example.com' },
  invitees: [{ extension: '1001', name: 'One', email: 'one@example.com' }],
  room: '6500',
  publicRoom: false,
  joinUrl: null,
  password: null,
  emailReminderMinutes: 60,
  agenda: '',
  syncToGoogleCalendar: true,
};

/** @param asked null = this occurrence is cancelled */
export function wish(occurrence: string, asked: Meeting | null, sequence: number): DesiredState {
  return { occurrence, sequence, cancelled: asked === null, contentHash: 'y', meeting: asked, warnings: [] };
}

/** What the plan is given for a meeting; `asked` null = the PBX cancelled it. */
export function planInput(asked: Meeting | null, change: Partial<PlanInput> = {}): PlanInput {
  return {
    device: 'pbx1',
    deviceZone: null,
    main: {
      occurrence: null,
      sequence: asked?.sequence ?? 1_000,
      cancelled: asked === null,
      contentHash: 'x',
      meeting: asked,
      warnings: [],
    },
    occurrences: [],
    recorded: [],
    deviceCode: null,
    now: Date.parse('2024-04-01T00:00:00Z'),
    policy: {
      agentId: 'agent',
      target: { ok: true, account: 'sub-1', address: 'arthur@example.com', calendarId: 'arthur@example.com' },
      sendUpdates: 'all',
      selector: 'tick',
      tag: '[gcal]',
      reminders: null,
      visibility: 'default',
      deletedInCalendar: 'leave',
      includePassword: true,
    },
    ...change,
  };
}

/** What the calendar holds once the steps of a plan are done, as the ledger keeps it. */
export function carriedOut(made: Plan, before: RecordedEntry[] = []): RecordedEntry[] {
  const rows = new Map(before.map((row) => [row.occurrence, row]));
  for (const step of made.steps) {
    const row = after(step, rows.get(null) ?? null);
    if (row !== null) rows.set(row.occurrence, row);
  }
  return [...rows.values()];
}

function after(step: Step, main: RecordedEntry | null): RecordedEntry | null {
  const base: RecordedEntry = {
    occurrence: null,
    account: 'sub-1',
    calendarId: 'arthur@example.com',
    eventId: 'abcde',
    generation: 0,
    state: 'live',
    etag: '"1"',
    htmlLink: null,
    sequence: 0,
    entry: null,
  };
  switch (step.action) {
    case 'create':
    case 'update':
    case 'revive':
      return { ...base, entry: step.entry };
    case 'remove':
    case 'forget':
      return { ...step.recorded, state: 'removed' };
    case 'change-occurrence':
    case 'cancel-occurrence': {
      const { occurrence } = step;
      const eventId = `${main?.eventId ?? 'abcde'}_${instanceSuffix(occurrence, step.zone)}`;
      const entry = step.action === 'change-occurrence' ? step.entry : null;
      return { ...base, occurrence, eventId, state: entry === null ? 'removed' : 'live', entry };
    }
  }
}

export const plannedFor = (asked: Meeting | null, change: Partial<PlanInput> = {}): Plan =>
  plan(planInput(asked, change));
