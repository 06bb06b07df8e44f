import { type CalendarSettings, defaultCalendarSettings, type SettingsStore } from '../../src/sync/ports.ts';

export interface MemorySettings extends SettingsStore {
  calendar: CalendarSettings;
  seal: 'ok' | 'unsealable';
  /** How often the Google part was written. */
  googleWrites: number;
}

/** Settings in memory. What is saved is copied, so that nobody changes it from behind; a write takes a turn, as a disk does. */
export function memorySettings(): MemorySettings {
  const settings: MemorySettings = {
    calendar: defaultCalendarSettings,
    google: { credentials: null, grant: null, pending: null },
    administrator: null,
    people: { administrator: null, users: [], tokens: [] },
    seal: 'ok',
    googleWrites: 0,
    async saveCalendar(calendar) {
      settings.calendar = calendar;
    },
    async saveGoogle(change) {
      const copy = structuredClone(change);
      await new Promise((resolve) => setImmediate(resolve));
      settings.googleWrites += 1;
      Object.assign(settings.google, copy);
    },
    async saveAdministrator() {},
    async changePeople() {},
  };
  return settings;
}
