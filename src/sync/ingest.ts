import type { DeviceIdentity } from '../domain/device.ts';
import { type Taking, takeMeeting } from '../domain/directory.ts';
import type { Meeting, MeetingEvent, Operation } from '../domain/meeting.ts';
import { meetingEnd } from '../domain/plan.ts';
import { resolveZone, toInstant } from '../domain/zone.ts';
import type { Clock, Ledger, ParkedMessage } from './ports.ts';

/** A meeting message as the wire layer read it. */
export type ReadEvent =
  | { ok: true; event: MeetingEvent }
  | { ok: false; rejection: Omit<ParkedMessage, 'device' | 'topic' | 'at' | 'size' | 'sha256'> };

export type ReadIdentity =
  | { ok: true; identity: DeviceIdentity }
  | { ok: false; errors: { path: string; message: string }[] };

/** What a PBX answers to a command. */
export interface CommandReply {
  requestId: string;
  ok: boolean;
  error?: string | null | undefined;
}

export type Route =
  | { device: string; kind: 'availability' }
  | { device: string; kind: 'identity' }
  | { device: string; kind: 'reply' }
  | { device: string; kind: 'meeting'; operation: Operation };

export interface IngestDeps {
  ledger: Ledger;
  route(topic: string): Route | null;
  serves(device: string): boolean;
  readEvent(input: { device: string; operation: Operation; payload: Uint8Array }): ReadEvent;
  readIdentity(payload: Uint8Array): ReadIdentity;
  /** null when it is no answer to a command. */
  readReply(payload: Uint8Array): CommandReply | null;
  /** The content of an event without its envelope, always spelled the same. */
  canonical(event: MeetingEvent): string;
  sha256(data: string | Uint8Array): string;
  /** What meetings are taken in under at the moment. */
  taking(): Taking;
  clock: Clock;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** A meeting message is durable: what became of it, and the milliseconds from its arrival until then. */
  onTaken(verdict: string, ms: number): void;
  /** Something is due as soon as the writes are done that were asked for so far. */
  onAccepted(): void;
  onRejected(): void;
  onDevice(device: string): void;
  onReply(device: string, reply: CommandReply): Promise<void>;
}

/**
 * Takes one MQTT message. It resolves when the message is durable and may be acknowledged; it rejects when the ledger
 * could not keep it, and then it must be delivered again.
 */
export function createIngest(deps: IngestDeps): (topic: string, payload: Uint8Array) => Promise<void> {
  return async (topic, payload) => {
    const route = deps.route(topic);
    if (route === null || !deps.serves(route.device)) return;
    switch (route.kind) {
      case 'availability':
        return takeAvailability(deps, route.device, payload);
      case 'identity':
        return takeIdentity(deps, { device: route.device, topic, payload });
      case 'reply':
        return takeReply(deps, route.device, payload);
      case 'meeting':
        return takeMeetingMessage(deps, { ...route, topic, payload });
    }
  };
}

async function takeAvailability(deps: IngestDeps, device: string, payload: Uint8Array): Promise<void> {
  const text = new TextDecoder().decode(payload);
  if (text !== 'online' && text !== 'offline') {
    if (text !== '') deps.log.warn({ device }, 'an availability that is neither online nor offline was ignored');
    return;
  }
  await deps.ledger.seeDevice(device, { availability: text });
  deps.onDevice(device);
}

async function takeReply(deps: IngestDeps, device: string, payload: Uint8Array): Promise<void> {
  const reply = deps.readReply(payload);
  if (reply === null) deps.log.warn({ device }, 'an answer to a command that cannot be read was ignored');
  else await deps.onReply(device, reply);
}

async function takeIdentity(
  deps: IngestDeps,
  message: { device: string; topic: string; payload: Uint8Array },
): Promise<void> {
  const { device, topic, payload } = message;
  // An emptied retained identity says nothing about the device.
  if (payload.length === 0) return;
  const read = deps.readIdentity(payload);
  if (!read.ok) {
    await park(
      deps,
      { topic, device, payload },
      {
        source: null,
        id: null,
        uid: null,
        sequence: null,
        code: 'schema',
        title: 'The identity cannot be read',
        errors: read.errors,
        fix: 'Publish a JSON object with at least "model" and "firmware".',
        document: null,
      },
    );
    return;
  }
  const identityPayload = new TextDecoder().decode(payload);
  await deps.ledger.seeDevice(device, { identity: read.identity, identityPayload });
  await deps.ledger.wake({ device });
  deps.onDevice(device);
  deps.onAccepted();
}

async function takeMeetingMessage(
  deps: IngestDeps,
  message: { device: string; operation: Operation; topic: string; payload: Uint8Array },
): Promise<void> {
  const { device, operation, topic, payload } = message;
  const arrived = deps.clock();
  const taken = (verdict: string) => deps.onTaken(verdict, deps.clock() - arrived);
  const read = deps.readEvent({ device, operation, payload });
  if (!read.ok) {
    await park(deps, { topic, device, payload }, read.rejection);
    taken('rejected');
    return;
  }
  const { event } = read;
  const times = event.meeting === null ? { startsAt: null, endsAt: null } : timesOf(event.meeting);
  const contentHash = deps.sha256(deps.canonical(event));
  // After the hash: the same message is the same whatever the directory says by now.
  const meeting = event.meeting === null ? null : takeMeeting(event.meeting, deps.taking());
  const accepted = deps.ledger.accept({ ...event, meeting, contentHash, ...times });
  // Looked at with the very commit that takes it in. What is written in the calendar is durable here before.
  deps.onAccepted();
  const verdict = await accepted;
  deps.log.info(
    { correlation: event.eventId, device, uid: event.uid, sequence: event.sequence, operation, verdict },
    'meeting event taken',
  );
  taken(verdict);
  if (verdict !== 'sequence-conflict') return;
  await park(
    deps,
    { topic, device, payload },
    {
      source: event.source,
      id: event.eventId,
      uid: event.uid,
      sequence: event.sequence,
      code: 'sequence-conflict',
      title: 'Another content is known for this sequence',
      errors: [{ path: '/data/sequence', message: `sequence ${event.sequence} was taken with different content` }],
      fix: 'Publish the newest state again with a higher sequence.',
      document: null,
    },
  );
}

async function park(
  deps: IngestDeps,
  message: { topic: string; device: string; payload: Uint8Array },
  rejection: Omit<ParkedMessage, 'device' | 'topic' | 'at' | 'size' | 'sha256'>,
): Promise<void> {
  const { topic, device, payload } = message;
  const at = new Date(deps.clock()).toISOString();
  await deps.ledger.park({ ...rejection, topic, device, at, size: payload.length, sha256: deps.sha256(payload) });
  deps.log.warn({ device, topic, code: rejection.code, uid: rejection.uid }, 'a message could not be taken');
  deps.onRejected();
}

/** For lists only: a zone that is not known yet leaves the times open. */
function timesOf(meeting: Meeting): { startsAt: number | null; endsAt: number | null } {
  const zone = resolveZone(meeting.timeZone, null, Number(meeting.start.slice(0, 4)));
  if (zone === null) return { startsAt: null, endsAt: null };
  try {
    return { startsAt: toInstant(meeting.start, zone.zone), endsAt: meetingEnd(meeting, zone.zone) };
  } catch {
    // A rule that cannot be expanded is explained when the meeting is planned.
    return { startsAt: toInstant(meeting.start, zone.zone), endsAt: null };
  }
}
