import type { Operation } from '../../src/domain/meeting.ts';
import type { Outgoing } from './known.ts';

/** One device's topics, from the PBX's side of the contract. */
export function topicsOf(prefix: string, device: string) {
  const base = `${prefix}/${device}`;
  return {
    availability: `${base}/availability`,
    identity: `${base}/identity`,
    meeting: (operation: Operation) => `${base}/meetings/${operation}`,
    command: (name: string) => `${base}/commands/${name}`,
    reply: `${base}/commands/reply`,
  };
}

/** A CloudEvent whose id is the same whenever this change is published again. */
export function envelope(device: string, event: Outgoing, now: number): string {
  return JSON.stringify({
    specversion: '1.0',
    id: `${event.uid}:${event.sequence}`,
    source: `/pbx/${device}`,
    type: `pbx.meeting.${event.operation}.v1`,
    subject: event.uid,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    data: event.data,
  });
}
