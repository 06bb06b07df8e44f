import { defaultCalendarSettings } from '../../src/sync/ports.ts';
import { ACCOUNT, type AgentProcess } from '../e2e/harness.ts';
import type { GoogleStandIn } from '../fakes/google/server.ts';
import type { StoredEvent } from '../fakes/google/types.ts';
import { ahead, cancellation, meetingEvent } from '../fakes/meeting-event.ts';
import type { Pbx } from '../fakes/pbx.ts';
import { within } from './world.ts';

/** Events flow while the agent is killed (`kill -9`) at random moments and started again. */
export interface Storm {
  google: GoogleStandIn;
  /** The agent, always on the same folder. */
  start(): Promise<AgentProcess>;
  connect(): Promise<Pbx>;
  events: number;
  kills: number;
  random(): number;
  onKill?(count: number): void;
}

/** What the PBX wants of one meeting in the end. */
interface Wish {
  sequence: number;
  subject: string;
  cancelled: boolean;
  /** How often its guests may be told of a change. */
  changes: number;
}

export interface StormOutcome {
  meetings: number;
  acknowledged: number;
  kills: number;
  violations: string[];
}

/** Returns what was lost, doubled or mailed needlessly. */
export async function storm(options: Storm): Promise<StormOutcome> {
  const { google, random } = options;
  const wishes = new Map<string, Wish>();
  let agent = await options.start();
  await agent.authorize(google);
  // More people are invited here in a minute than by a PBX in an hour.
  await agent.api('PUT', '/api/v1/google/settings', { ...defaultCalendarSettings, guestsPerHour: 100_000 });
  let pbx = await options.connect();
  await pbx.identify();
  let acknowledged = 0;
  let kills = 0;
  const every = options.events / (options.kills + 1);
  const killAt = new Set(
    Array.from({ length: options.kills }, (_, index) => Math.floor(every * (index + 0.5 + random()))),
  );
  try {
    for (let number = 0; number < options.events; number += 1) {
      const { event, operation } = nextMessage(wishes, number, random);
      const sent = pbx.send(event, operation).then(
        () => true,
        () => false,
      );
      if (killAt.has(number)) {
        // Somewhere between the message's arrival and its entry in the calendar.
        await new Promise((resolve) => setTimeout(resolve, random() * 8));
        await agent.kill('SIGKILL');
        kills += 1;
        agent = await options.start();
        options.onKill?.(kills);
        const old = pbx;
        pbx = await options.connect();
        await old[Symbol.asyncDispose]();
        // Sent again, as a bridge does that got no acknowledgement; the same id makes it harmless.
        await pbx.send(event, operation);
      } else if (!(await sent)) {
        throw new Error(`message ${number} was not acknowledged although nothing was killed`);
      }
      acknowledged += 1;
    }
    for (const [uid, wish] of wishes) {
      const state = wish.cancelled ? 'cancelled' : 'synced';
      await within(
        pbx.result(uid, (result) => result.sequence === wish.sequence && result.state === state),
        () => `${uid} at sequence ${wish.sequence} ${state}: ${JSON.stringify(pbx.results.get(uid))}`,
        60_000,
      );
    }
  } finally {
    await pbx[Symbol.asyncDispose]();
    await agent[Symbol.asyncDispose]();
  }
  return { meetings: wishes.size, acknowledged, kills, violations: violationsOf(wishes, google) };
}

/** Three in four schedule a meeting; the others change or cancel an earlier one. */
function nextMessage(
  wishes: Map<string, Wish>,
  number: number,
  random: () => number,
): { event: Record<string, unknown>; operation: 'scheduled' | 'updated' | 'cancelled' } {
  const kind = random();
  const uids = [...wishes.keys()];
  const uid = uids[Math.floor(random() * uids.length)];
  const wish = uid === undefined ? undefined : wishes.get(uid);
  if (kind < 0.75 || uid === undefined || wish === undefined || wish.cancelled) {
    const fresh = `storm-${number}`;
    const subject = `Meeting ${number}`;
    wishes.set(fresh, { sequence: 0, subject, cancelled: false, changes: 0 });
    return { event: meetingEvent({ data: { uid: fresh, subject, ...times(number) } }), operation: 'scheduled' };
  }
  wish.sequence += 1;
  if (kind < 0.9) {
    wish.subject = `Meeting changed by ${number}`;
    wish.changes += 1;
    const data = { uid, sequence: wish.sequence, subject: wish.subject, ...times(Number(uid.slice('storm-'.length))) };
    return { event: meetingEvent({ type: 'pbx.meeting.updated.v1', data }), operation: 'updated' };
  }
  wish.cancelled = true;
  return { event: cancellation(uid, wish.sequence), operation: 'cancelled' };
}

const times = (number: number) => ahead(7 + (number % 20));

function violationsOf(wishes: Map<string, Wish>, google: GoogleStandIn): string[] {
  const found: string[] = [];
  const rows = Map.groupBy(
    google.events(ACCOUNT.email),
    (entry: StoredEvent) => entry.extendedProperties?.private?.['pbxMeeting'] ?? 'unmarked',
  );
  const mails = Map.groupBy(google.mails, (mail) => mail.eventId);
  for (const [uid, wish] of wishes) {
    const entries = rows.get(uid) ?? [];
    const live = entries.filter((entry) => entry.status !== 'cancelled').map((entry) => entry.summary);
    const wanted = wish.cancelled ? [] : [wish.subject];
    if (JSON.stringify(live) !== JSON.stringify(wanted))
      found.push(`${uid}: ${JSON.stringify(live)} instead of ${JSON.stringify(wanted)}`);
    if (entries.length > 1) found.push(`${uid}: ${entries.length} entries`);
    const told = entries.flatMap((entry) => mails.get(entry.id) ?? []);
    const count = (kind: string) => told.filter((mail) => mail.kind === kind).length;
    const invited = entries.length === 0 ? 0 : 2;
    // Changes that come close upon each other are told once.
    if (count('invitation') !== invited) found.push(`${uid}: ${count('invitation')} invitations`);
    if (count('update') > wish.changes * 2) found.push(`${uid}: ${count('update')} mails for ${wish.changes} changes`);
    if (count('cancellation') !== (wish.cancelled ? invited : 0))
      found.push(`${uid}: ${count('cancellation')} cancellations`);
  }
  for (const uid of rows.keys()) if (!wishes.has(uid)) found.push(`${uid}: an entry that nobody asked for`);
  return found;
}
