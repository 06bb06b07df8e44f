import { AppError } from '../../src/errors.ts';
import type { Logger } from '../../src/log.ts';
import type { Members } from '../pbx/transport.ts';
import { isMembers } from '../pbx/transport.ts';
import { explain } from '../problems.ts';
import { isOver } from '../sync/known.ts';
import { find, type ScheduleMark, schedule, type Writer } from './schedule.ts';
import type { Site } from './site.ts';
import type { PollOutcome } from './worker.ts';

/** Commands of the agent. Each is kept before the broker gets its acknowledgement, and answered once it is done. */
export const COMMANDS = ['poll', 'resync', 'schedule'] as const;

export interface CommandsOptions {
  site(): Site | null;
  poll(): Promise<PollOutcome>;
  /** null while meetings cannot be scheduled on this device. */
  writer(): Writer | null;
  call(action: string, parameters: Members): Promise<Members>;
  clock(): number;
  log: Logger;
}

interface Reply {
  ok: boolean;
  uid?: string;
  error?: string;
}

const MOST_BYTES = 256 * 1024;

export class Commands {
  readonly #options: CommandsOptions;
  /** New meetings, with their PINs, which are written nowhere. */
  readonly #data = new Map<string, unknown>();
  #running = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  take(command: { name: string; payload: Uint8Array; at: number }): void {
    const { name, payload, at } = command;
    const site = this.#options.site();
    const document = payload.length > MOST_BYTES ? null : parse(payload);
    const requestId = document?.['requestId'];
    if (
      site === null ||
      document === null ||
      typeof requestId !== 'string' ||
      requestId === '' ||
      requestId.length > 128
    ) {
      this.#options.log.warn({ name }, 'a command without a requestId was ignored');
      return;
    }
    const fresh = site.store.takeRequest({ id: requestId, name, document: '', at });
    if (fresh && name === 'schedule') this.#data.set(requestId, document['data']);
    if (!fresh) {
      const reply = site.store.reply(requestId);
      if (reply !== null) void site.reply(reply).catch(() => {});
    }
    this.wake();
  }

  /** Does what is not done yet, one after the other. */
  wake(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run().catch((error: unknown) => {
      this.#running = false;
      this.#options.log.error({ err: error }, 'the commands cannot be read');
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      const site = this.#options.site();
      const open = site?.store.openRequests() ?? [];
      const next = open[0];
      if (site === null || next === undefined) {
        this.#running = false;
        return;
      }
      // One look answers everybody who asked for one before it began.
      const together = next.name === 'schedule' ? [next] : open.filter((request) => request.name === next.name);
      const outcome = await this.#obey(site, next);
      // Stopped meanwhile: it is done after the next start.
      if (outcome === null) return;
      for (const { id } of together) {
        const reply = JSON.stringify({ requestId: id, ...outcome });
        site.store.answerRequest(id, reply);
        await site.reply(reply).catch((error: unknown) => {
          this.#options.log.warn({ err: error }, 'the answer to a command could not be sent');
        });
      }
    }
  }

  async #obey(site: Site, request: { id: string; name: string; document: string }): Promise<Reply | null> {
    try {
      if (request.name === 'resync') {
        const now = this.#options.clock();
        const items = site.store.notArchived().filter((item) => !isOver(item.meeting, now));
        const count = site.store.requeue(items.map((item) => item.item));
        this.#options.log.info({ count }, 'every meeting that is not over is published again');
        await site.publisher.wake();
        return { ok: true };
      }
      if (request.name === 'poll') {
        const outcome = await this.#options.poll();
        if (!outcome.ok && outcome.problem.code === 'stopping') return null;
        if (outcome.ok) await site.publisher.wake();
        return outcome.ok ? { ok: true } : { ok: false, error: outcome.problem.title };
      }
      if (request.name === 'schedule') {
        const uid = await this.#schedule(site, request);
        return { ok: true, ...(uid === null ? {} : { uid }) };
      }
      return { ok: false, error: `this bridge does not know the command ${request.name}` };
    } catch (error) {
      const plain = error instanceof AppError && error.code.startsWith('schedule-');
      return { ok: false, error: plain ? error.message : explain(error).title };
    }
  }

  async #schedule(site: Site, request: { id: string; document: string }): Promise<string | null> {
    const { writer, call, poll, clock } = this.#options;
    // Right after the start the PBX has not been asked yet which of its dialects it speaks.
    if (writer() === null) await poll();
    const tools = writer();
    if (tools === null) throw new AppError('schedule-off', 'this PBX does not take meetings from here');
    if (!this.#data.has(request.id)) {
      // The bridge was started anew in the middle.
      if (request.document !== '') {
        await poll();
        const uid = find(site, JSON.parse(request.document) as ScheduleMark, null);
        if (uid !== null) return uid;
      }
      throw new AppError(
        'schedule-interrupted',
        'the bridge was restarted before the PBX took the meeting; send it again',
      );
    }
    const data = this.#data.get(request.id);
    this.#data.delete(request.id);
    return schedule(data, {
      site,
      writer: tools,
      call,
      poll,
      clock,
      mark: (mark) => site.store.changeRequest(request.id, JSON.stringify(mark)),
    });
  }
}

function parse(payload: Uint8Array): Members | null {
  try {
    const document: unknown = JSON.parse(Buffer.from(payload).toString('utf8'));
    return isMembers(document) ? document : null;
  } catch {
    return null;
  }
}
