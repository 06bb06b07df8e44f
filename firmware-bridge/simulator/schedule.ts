import { lastEnd, occurrenceTest } from '../../src/domain/recurrence.ts';
import { toInstant } from '../../src/domain/zone.ts';

/** What is scheduled on the simulated PBX, as its page would keep it. */

export interface SimPerson {
  extension?: string;
  name?: string;
  email?: string;
}

export interface SimMeeting {
  id: string;
  subject: string;
  room: string;
  /** Wall clock in `timeZone`: YYYY-MM-DDTHH:mm:ss. */
  start: string;
  end: string;
  timeZone: string;
  /** none, daily, weekly, or a word that no dialect knows. */
  repeat: string;
  /** Last day of a series, YYYY-MM-DD. */
  until: string | null;
  excluded: string[];
  ticked: boolean;
  agenda: string;
  host: SimPerson;
  invitees: SimPerson[];
  password: string;
  hostPassword: string;
  reminder: number;
  /** A changed occurrence names its series and where it was. */
  seriesId: string | null;
  originalStart: string | null;
}

export type NewMeeting = Partial<Omit<SimMeeting, 'id' | 'seriesId' | 'originalStart'>> & {
  subject: string;
  start: string;
  end: string;
};

export class Schedule {
  readonly meetings = new Map<string, SimMeeting>();
  readonly #timeZone: string;
  readonly #nextId: (taken: ReadonlyMap<string, SimMeeting>) => string;

  constructor(options: { timeZone: string; nextId(taken: ReadonlyMap<string, SimMeeting>): string }) {
    this.#timeZone = options.timeZone;
    this.#nextId = options.nextId;
  }

  add(given: NewMeeting, id = this.#nextId(this.meetings)): SimMeeting {
    const meeting: SimMeeting = {
      room: '6500',
      timeZone: this.#timeZone,
      repeat: 'none',
      until: null,
      excluded: [],
      ticked: true,
      agenda: '',
      host: { extension: '1000', name: 'Arthur Morgan', email: 'arthur.morgan@mycompanyabc.com' },
      invitees: [],
      password: '',
      hostPassword: String(1_000 + Math.floor(Math.random() * 9_000)),
      reminder: 60,
      ...given,
      id,
      seriesId: null,
      originalStart: null,
    };
    if (meeting.end <= meeting.start) throw new Error('end must be after start');
    this.meetings.set(id, meeting);
    return meeting;
  }

  edit(id: string, change: Partial<Omit<SimMeeting, 'id'>>): SimMeeting {
    const meeting = { ...this.get(id), ...change };
    this.meetings.set(id, meeting);
    if (change.ticked !== undefined) {
      // The tick belongs to the series.
      for (const one of this.meetings.values()) if (one.seriesId === id) one.ticked = change.ticked;
    }
    return meeting;
  }

  /** Moves or renames one occurrence of a series; the PBX keeps it as an item of its own. */
  editOccurrence(id: string, originalStart: string, change: Partial<NewMeeting>): SimMeeting {
    const series = this.get(id);
    this.#mustHave(series, originalStart);
    const length = Date.parse(`${series.end}Z`) - Date.parse(`${series.start}Z`);
    const end = new Date(Date.parse(`${originalStart}Z`) + length).toISOString().slice(0, 19);
    const old = [...this.meetings.values()].find((one) => one.seriesId === id && one.originalStart === originalStart);
    const own = old?.id ?? this.#nextId(this.meetings);
    const base = old ?? { ...series, repeat: 'none', until: null, excluded: [], start: originalStart, end };
    const meeting: SimMeeting = { ...base, ...change, id: own, seriesId: id, originalStart };
    this.meetings.set(own, meeting);
    return meeting;
  }

  /** One occurrence does not take place. */
  deleteOccurrence(id: string, originalStart: string): void {
    const series = this.get(id);
    this.#mustHave(series, originalStart);
    for (const one of this.meetings.values()) {
      if (one.seriesId === id && one.originalStart === originalStart) this.meetings.delete(one.id);
    }
    this.edit(id, { excluded: [...series.excluded, originalStart] });
  }

  delete(id: string): void {
    this.get(id);
    for (const one of this.meetings.values()) if (one.id === id || one.seriesId === id) this.meetings.delete(one.id);
  }

  /** The PBX's own cleaner takes away what is over. Returns how many. */
  autoClean(now: number): number {
    let count = 0;
    for (const meeting of this.meetings.values()) {
      const recurrence = recurrenceOf(meeting);
      const end =
        recurrence === null
          ? toInstant(meeting.end, meeting.timeZone)
          : lastEnd({ ...meeting, recurrence }, meeting.timeZone);
      if (end === null || end > now) continue;
      this.meetings.delete(meeting.id);
      count += 1;
    }
    return count;
  }

  get(id: string): SimMeeting {
    const meeting = this.meetings.get(id);
    if (meeting === undefined) throw new Error(`no meeting ${id}`);
    return meeting;
  }

  sorted(): SimMeeting[] {
    return [...this.meetings.values()].sort((left, right) =>
      left.start < right.start ? -1 : left.start > right.start ? 1 : Number(left.id) - Number(right.id),
    );
  }

  #mustHave(series: SimMeeting, originalStart: string): void {
    const recurrence = recurrenceOf(series);
    if (recurrence === null || !occurrenceTest(recurrence, series.start, series.timeZone)(originalStart)) {
      throw new Error(`${originalStart} is no occurrence of ${series.id}`);
    }
  }
}

export function recurrenceOf(meeting: SimMeeting): { rrule: string; excluded: string[] } | null {
  if (meeting.repeat !== 'daily' && meeting.repeat !== 'weekly') return null;
  const until = meeting.until === null ? '' : `;UNTIL=${meeting.until.replaceAll('-', '')}T235959`;
  return { rrule: `FREQ=${meeting.repeat.toUpperCase()}${until}`, excluded: meeting.excluded };
}
