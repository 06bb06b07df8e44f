import { differences } from '../../domain/compare.ts';
import type { CalendarEntry, HeldEntry } from '../../domain/entry.ts';
import { offsetAt, toWallClock } from '../../domain/zone.ts';
import { AppError } from '../../errors.ts';
import type { Clock } from '../../sync/ports.ts';
import type { Authorisation, CalendarQueries } from './authorisation.ts';
import type { GoogleCalendar } from './client.ts';

/** What an administrator asks the calendar directly: which calendars there are, and whether writing works. */
export function createCalendarQueries(deps: {
  authorisation: Authorisation;
  calendar: GoogleCalendar;
  clock: Clock;
  /** A fresh entry id of Google's alphabet. */
  newEntryId(): string;
  agentId: string;
}): CalendarQueries {
  const { authorisation, calendar, clock, newEntryId, agentId } = deps;
  return {
    async calendars() {
      const view = authorisation.view();
      const target = authorisation.target();
      if (!target.ok) throw new AppError(target.code, 'there is no calendar to look at');
      if (view.calendarListGranted) {
        try {
          return await calendar.calendars();
        } catch (error) {
          // The list is a convenience: without it entries go on, into the calendar that is chosen.
          if (!(error instanceof AppError) || error.detail['missing'] === undefined) throw error;
        }
      }
      // Without the list only the account's own calendar is known, under its address.
      const primary = {
        id: target.address,
        summary: target.address,
        primary: true,
        accessRole: 'owner',
        timeZone: '',
        writable: true,
      };
      return [primary];
    },

    async testEntry() {
      const target = authorisation.target();
      if (!target.ok) throw new AppError(target.code, 'there is no calendar to write to');
      const address = { calendarId: target.calendarId, eventId: newEntryId() };
      const entry = testEntry(clock(), agentId);
      let inserted: HeldEntry;
      try {
        inserted = await calendar.insert(address, entry, 'none');
      } catch (error) {
        // Only the answer may have been lost, and the entry may stand.
        if (error instanceof AppError && error.code === 'google-unavailable')
          await calendar.remove(address, 'none').catch(() => undefined);
        throw error;
      }
      try {
        const held = (await calendar.get(address)) ?? inserted;
        const found = differences(entry, held);
        return {
          request: calendar.requestOf(entry, address.eventId),
          held,
          matches: found.length === 0,
          differences: found,
        };
      } finally {
        await calendar.remove(address, 'none');
      }
    },
  };
}

function testEntry(now: number, agentId: string): CalendarEntry {
  const at = (minutes: number) => {
    const local = toWallClock(Math.ceil(now / 60_000) * 60_000 + minutes * 60_000, 'Etc/UTC');
    return { local, zone: 'Etc/UTC', offset: offsetAt(local, 'Etc/UTC') };
  };
  return {
    summary: 'Calendar Agent test entry',
    description: 'Made by the test on the Google Services page, and removed again.',
    location: '',
    start: at(10),
    end: at(20),
    recurrence: [],
    guests: [],
    reminders: [],
    visibility: 'default',
    marker: { pbxDevice: 'test', pbxMeeting: 'test-entry', pbxSequence: '0', pbxAgent: agentId },
  };
}
