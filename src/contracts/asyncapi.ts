import {
  CancellationSchema,
  CommandSchema,
  IdentitySchema,
  MeetingEventSchema,
  RejectedSchema,
  ReplySchema,
  ResultSchema,
} from './mqtt.ts';

/** AsyncAPI 3.0 of the MQTT side, made from the schemas that messages are read with. */
export function asyncApiDocument(options: { prefix: string; agentId: string; version: string }): object {
  const { prefix, agentId, version } = options;
  const channels: Record<string, object> = {};
  const operations: Record<string, object> = {};
  const add = (
    name: string,
    channel: { address: string; action: 'send' | 'receive'; schema: object; summary: string; retained?: true },
  ) => {
    const { address, action, schema, summary, retained } = channel;
    const parameters = Object.fromEntries([...address.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => [parameter, {}]));
    channels[name] = {
      address,
      messages: { [name]: { name, summary, contentType: 'application/json', payload: schema } },
      ...(Object.keys(parameters).length > 0 ? { parameters } : {}),
    };
    operations[name] = {
      action,
      channel: { $ref: `#/channels/${name}` },
      summary,
      bindings: { mqtt: { qos: 1, retain: retained === true } },
    };
  };
  const device = `${prefix}/{device}`;
  const availability = { type: 'string', enum: ['online', 'offline'] };
  add('deviceAvailability', {
    address: `${device}/availability`,
    action: 'receive',
    schema: availability,
    summary: 'Whether the PBX is reached',
    retained: true,
  });
  add('identity', {
    address: `${device}/identity`,
    action: 'receive',
    schema: IdentitySchema,
    summary: 'Model and firmware of the PBX',
    retained: true,
  });
  add('scheduled', {
    address: `${device}/meetings/scheduled`,
    action: 'receive',
    schema: MeetingEventSchema,
    summary: 'A meeting was scheduled',
  });
  add('updated', {
    address: `${device}/meetings/updated`,
    action: 'receive',
    schema: MeetingEventSchema,
    summary: 'The full new state of a meeting',
  });
  add('cancelled', {
    address: `${device}/meetings/cancelled`,
    action: 'receive',
    schema: CancellationSchema,
    summary: 'A meeting was cancelled',
  });
  add('reply', {
    address: `${device}/commands/reply`,
    action: 'receive',
    schema: ReplySchema,
    summary: 'The answer to a command',
  });
  add('result', {
    address: `${device}/meetings/{uid}/result`,
    action: 'send',
    schema: ResultSchema,
    summary: 'What became of a meeting',
    retained: true,
  });
  add('rejected', {
    address: `${device}/meetings/rejected`,
    action: 'send',
    schema: RejectedSchema,
    summary: 'Why a message could not be taken',
  });
  add('resync', {
    address: `${device}/commands/resync`,
    action: 'send',
    schema: CommandSchema,
    summary: 'Publish the full state of every meeting not over',
  });
  add('agentAvailability', {
    address: `calendar-agent/${agentId}/availability`,
    action: 'send',
    schema: availability,
    summary: 'Whether the agent is connected',
    retained: true,
  });
  add('status', {
    address: `calendar-agent/${agentId}/status`,
    action: 'send',
    schema: { type: 'object' },
    summary: 'The status object of the admin API, without the address of the account',
    retained: true,
  });
  return {
    asyncapi: '3.0.0',
    info: { title: 'PBX Calendar Agent: MQTT', version },
    defaultContentType: 'application/json',
    channels,
    operations,
  };
}
