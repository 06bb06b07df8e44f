import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, emptyDirectory, type Taking, takeMeeting } from '../../src/domain/directory.ts';
import type { Meeting, Person } from '../../src/domain/meeting.ts';
import { type OpenLedger, openLedger } from '../../src/ledger/sqlite.ts';
import { type CalendarSettings, defaultCalendarSettings } from '../../src/sync/ports.ts';
import { createRetaking } from '../../src/sync/retaking.ts';
import { meeting } from '../domain/a-meeting.ts';

const NOW = Date.parse('2024-04-01T00:00:00Z');
const DAY = 86_400_000;
const directory: Directory = { entries: { '1002': { name: null, email: 'dutch@example.com' } }, pattern: null };
const person = (extension: string, email: string | null = null): Person => ({ extension, name: null, email });

describe('taking known meetings in again', () => {
  let folder: string;
  let ledger: OpenLedger;
  let settings: CalendarSettings;
  let applied: number;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'retaking-'));
    ledger = openLedger({ file: join(folder, 'ledger.db'), clock: () => NOW });
    settings = defaultCalendarSettings;
    applied = 0;
  });
  afterEach(async () => {
    await ledger[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  /** No account is authorized and the device is not known: all of them are held. */
  const retaking = () =>
    createRetaking({
      ledger,
      settings: () => settings,
      target: () => ({ ok: false, code: 'not-authorized' }),
      agentId: 'agent',
      clock: () => NOW,
      onApplied: () => {
        applied += 1;
      },
    });
  async function accept(uid: string, change: Partial<Meeting> = {}, taking: Taking = { directory: emptyDirectory }) {
    const asked = takeMeeting({ ...meeting, uid, host: null, ...change }, taking);
    await ledger.accept({
      device: 'pbx1',
      operation: 'scheduled',
      source: '/pbx',
      eventId: uid,
      uid,
      sequence: 0,
      occurrence: null,
      meeting: asked,
      warnings: [],
      contentHash: uid,
      startsAt: NOW + DAY,
      endsAt: NOW + 2 * DAY,
    });
  }
  const storedOf = async (uid: string) => (await ledger.meeting({ device: 'pbx1', uid }))?.main?.meeting;

  it('counts, while nothing can be written, only those whom the change adds', async () => {
    await accept('both', { invitees: [person('1001', 'one@example.com'), person('1002')] });
    await accept('neither', { invitees: [person('1001', 'one@example.com')] });
    expect(await retaking().impact({ directory })).toEqual({ meetings: 1, invitations: 1 });
    settings = { ...settings, sendUpdates: 'none' };
    expect(await retaking().impact({ directory })).toEqual({ meetings: 1, invitations: 0 });
  });

  it('does it once, across more meetings than are looked at in one go, and leaves the others asleep', async () => {
    const uids = Array.from({ length: 230 }, (_, index) => `m-${index}`);
    await Promise.all(uids.map((uid, index) => accept(uid, { invitees: [person(index % 2 === 0 ? '1002' : '1003')] })));
    const versionOf = async (uid: string) => (await ledger.meeting({ device: 'pbx1', uid }))?.version;
    const before = await versionOf('m-1');
    expect(await retaking().impact({ directory })).toEqual({ meetings: 115, invitations: 115 });
    expect(await retaking().apply({ directory })).toBe(115);
    expect(await retaking().apply({ directory })).toBe(0);
    expect([applied, await versionOf('m-1')]).toEqual([1, before]);
    expect((await storedOf('m-228'))?.invitees[0]?.directory?.email).toBe('dutch@example.com');
  });

  it('keeps for what an earlier version stored the choice of its time, and touches no other', async () => {
    settings = { ...settings, selector: 'all' };
    await accept('old', { syncToGoogleCalendar: false });
    await accept('new', { syncToGoogleCalendar: false }, { selection: { selector: 'all', tag: '' } });
    await ledger.keepSelection({ selector: 'tick', tag: '[gcal]' });
    const selections = [(await storedOf('old'))?.selection, (await storedOf('new'))?.selection];
    expect(selections).toEqual([
      { selector: 'tick', tag: '[gcal]' },
      { selector: 'all', tag: '' },
    ]);
    expect(await retaking().impact({ selection: { selector: 'all', tag: '' } })).toEqual({
      meetings: 1,
      invitations: 1,
    });
  });
});
