import { AppError } from '../../src/errors.ts';
import type { Dialect } from '../dialect/schema.ts';
import type { Members } from '../pbx/transport.ts';
import type { Site } from './site.ts';
import type { PollOutcome } from './worker.ts';
import { readNewMeeting, requestFor } from './write.ts';

/** Creates one meeting on the PBX. What is published is the PBX's own event, which the next look brings. */

export interface Writer {
  dialect: Dialect;
  deviceZone: string | null;
}

/** What is kept of a command until it is answered: enough to find the meeting again, and no PIN. */
export interface ScheduleMark {
  subject: string;
  start: string;
  end: string;
  id: string | null;
}

export interface ScheduleTools {
  site: Site;
  writer: Writer;
  call(action: string, parameters: Members): Promise<Members>;
  poll(): Promise<PollOutcome>;
  clock(): number;
  /** Keeps the mark before the PBX is asked. */
  mark(mark: ScheduleMark): void;
}

let lastId = 0;

/** Resolves with the uid, or null where the meeting was made but has not been seen yet. Raises what stopped it. */
export async function schedule(data: unknown, tools: ScheduleTools): Promise<string | null> {
  const { site, writer, call, poll, clock } = tools;
  const { write } = writer.dialect;
  if (write === null || !write.confirmed)
    throw new AppError('schedule-off', 'this PBX does not take meetings from here');
  lastId = Math.max(lastId + 1, clock());
  const id = write.id === null ? null : String(lastId);
  const meeting = readNewMeeting(data);
  const { request, start, end } = requestFor(meeting, write, { deviceZone: writer.deviceZone, id });
  const before = new Set(site.store.known().keys());
  const mark = { subject: meeting.subject, start, end, id };
  tools.mark(mark);
  try {
    await call(write.action, request);
  } catch (error) {
    const lost = error instanceof AppError && ['pbx-timeout', 'pbx-unreachable', 'pbx-answer'].includes(error.code);
    if (!lost) throw error;
    // The answer was lost, not necessarily the meeting.
    await poll();
    const found = find(site, mark, before);
    if (found !== null) return found;
    throw error;
  }
  await poll();
  return find(site, mark, before);
}

/** After a restart in the middle: whether the PBX took the meeting. */
export function find(site: Site, mark: ScheduleMark, before: ReadonlySet<string> | null): string | null {
  for (const item of site.store.known().values()) {
    if (item.state !== 'present') continue;
    const { subject, start, end } = item.meeting;
    const same = subject === mark.subject && start === mark.start && end === mark.end;
    if (mark.id === null ? same && before?.has(item.item) !== true : item.item === mark.id) return item.uid;
  }
  return null;
}
