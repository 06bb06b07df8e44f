import type { Operation } from '../domain/meeting.ts';

/** The topic table of the MQTT contract, both ways. Pure. */

const DEVICE = '[a-z0-9-]{1,64}';
const OPERATIONS: readonly Operation[] = ['scheduled', 'updated', 'cancelled'];

export type Route =
  | { device: string; kind: 'availability' }
  | { device: string; kind: 'identity' }
  | { device: string; kind: 'reply' }
  | { device: string; kind: 'meeting'; operation: Operation };

/** What a topic written by a PBX means; null for every other topic. */
export function routeTopic(prefix: string, topic: string): Route | null {
  if (!topic.startsWith(`${prefix}/`)) return null;
  const match = new RegExp(
    `^(${DEVICE})/(availability|identity|commands/reply|meetings/(?:${OPERATIONS.join('|')}))$`,
  ).exec(topic.slice(prefix.length + 1));
  const device = match?.[1];
  const rest = match?.[2];
  if (device === undefined || rest === undefined) return null;
  if (rest === 'availability' || rest === 'identity') return { device, kind: rest };
  if (rest === 'commands/reply') return { device, kind: 'reply' };
  return { device, kind: 'meeting', operation: rest.slice('meetings/'.length) as Operation };
}

/** Filters for what PBXs write. Each names its topic: the agent's own results must not come back. */
export function subscriptions(prefix: string, devices: readonly string[] | '*'): string[] {
  const names = devices === '*' ? ['+'] : devices;
  return names.flatMap((device) => [
    `${prefix}/${device}/availability`,
    `${prefix}/${device}/identity`,
    `${prefix}/${device}/commands/reply`,
    ...OPERATIONS.map((operation) => `${prefix}/${device}/meetings/${operation}`),
  ]);
}

export function deviceTopics(prefix: string) {
  return {
    availability: (device: string) => `${prefix}/${device}/availability`,
    identity: (device: string) => `${prefix}/${device}/identity`,
    meeting: (device: string, operation: Operation) => `${prefix}/${device}/meetings/${operation}`,
    result: (device: string, uid: string) => `${prefix}/${device}/meetings/${uid}/result`,
    rejected: (device: string) => `${prefix}/${device}/meetings/rejected`,
    command: (device: string, name: string) => `${prefix}/${device}/commands/${name}`,
  };
}

export function agentTopics(agentId: string) {
  return {
    availability: `calendar-agent/${agentId}/availability`,
    status: `calendar-agent/${agentId}/status`,
  };
}
