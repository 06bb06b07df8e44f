import type { LoggedRequest } from '../fakes/google/types.ts';
import { armed, Meetings, type Walk } from './meetings.ts';
import { REQUESTS, type RequestName } from './requests.ts';
import { type Round, slows } from './rounds.ts';
import { type Cell, nameOf } from './table.ts';
import { type World, within } from './world.ts';

const HOUR_MS = 3_600_000;

/** Walks rounds of the matrix and says what ended wrongly. `random` decides the moment of death, to the millisecond. */
export class Walker {
  readonly #world: World;
  readonly #random: () => number;
  readonly #meetings: Meetings;

  constructor(world: World, random: () => number) {
    this.#world = world;
    this.#random = random;
    this.#meetings = new Meetings(world);
  }

  async walk(round: Round): Promise<string[]> {
    try {
      switch (round.kind) {
        case 'meetings':
          return await this.#meetingsRound(round);
        case 'grant':
          return await this.#grantRound(round);
        case 'clock':
          return await this.#clockRound(round);
        case 'token':
          return await this.#tokenRound(round);
        case 'requests':
          return await this.#requestsRound(round);
      }
    } catch (error) {
      this.#world.google.faults.clear();
      const names = Object.values(round.cells).flat().map(nameOf).join('; ');
      return [`${error instanceof Error ? error.message : String(error)}\n  in the round of ${names}`];
    }
  }

  /** The PBX publishes everything again, and the agent starts anew: nothing is written, nobody is mailed. */
  async resync(): Promise<string[]> {
    const { google } = this.#world;
    await this.#killed();
    await this.#world.start();
    const written = google.requests.filter(isWrite).length;
    const mailed = google.mails.length;
    const count = await this.#meetings.publishAllAgain();
    // What was published later ends later: when this one stands, the others were looked at.
    const [last] = [
      this.#meetings.begin({ group: 'meeting', operation: 'create: insert', failure: '500', moment: 'after' }),
    ];
    if (last === undefined) return [];
    await this.#meetings.trigger(last);
    await this.#meetings.end([last]);
    const writes = google.requests.filter(isWrite).length - written;
    const mails = google.mails.length - mailed;
    return writes === 1 && mails === 2
      ? []
      : [`${count} meetings published again led to ${writes - 1} writes and ${mails - 2} mails`];
  }

  async #meetingsRound({ cells }: Round): Promise<string[]> {
    const before = this.#begin(cells.before);
    const during = this.#begin(cells.during);
    const after = this.#begin(cells.after);
    const walks = [...before, ...during, ...after];
    await this.#meetings.prepare(walks);

    const fast = before.filter((walk) => !slows(walk.cell));
    await this.#failing(fast);
    const held = Promise.withResolvers<void>();
    await this.#each(during, (walk) => this.#meetings.arm(walk, { times: 1, until: held.promise }));
    // What closes the account comes last, or the others would not be tried.
    await this.#failing(before.filter((walk) => slows(walk.cell)));
    held.resolve();
    await this.#killed();
    this.#meetings.disarm(before);

    const met = Promise.all(after.map((walk) => this.#meetings.arm(walk, { times: 1 })));
    await this.#world.start();
    await Promise.all(after.map((walk) => this.#meetings.trigger(walk)));
    await this.#meetings.end(walks);
    await within(met, () => `met by ${names(after.filter((walk) => !walk.met))}`);
    return this.#meetings.violations(walks);
  }

  /** The owner takes the permission back while calls are under way; a person authorizes again. */
  async #grantRound({ cells }: Round): Promise<string[]> {
    const walks = this.#begin([...cells.before, ...cells.during, ...cells.after]);
    await this.#meetings.prepare(walks);
    if (cells.after.length > 0) {
      await this.#killed();
      await this.#world.start();
    }
    const since = this.#world.heard();
    const held = Promise.withResolvers<void>();
    await this.#each(walks, (walk) => this.#meetings.arm(walk, { times: 1, until: held.promise }));
    held.resolve();
    if (cells.during.length > 0) await this.#restarted();
    await this.#world.problem('reauthorize', { since });
    if (cells.before.length > 0) await this.#restarted();
    await this.#world.authorize();
    await this.#meetings.end(walks);
    return this.#meetings.violations(walks);
  }

  /** The machine's clock is wrong while Google fails, and is put right. */
  async #clockRound({ cells }: Round): Promise<string[]> {
    const walks = this.#begin([...cells.before, ...cells.during, ...cells.after]);
    const ahead = (walks[0]?.failure.clockAhead ?? 0) * HOUR_MS;
    await this.#meetings.prepare(walks);
    const since = this.#world.heard();
    if (cells.after.length > 0) {
      await this.#killed();
      await this.#world.start(ahead);
    } else {
      this.#world.setClock(ahead);
    }
    const held = Promise.withResolvers<void>();
    const during = cells.during.length > 0;
    await this.#each(walks, (walk) =>
      this.#meetings.arm(walk, during ? { times: 1, until: held.promise } : { times: Number.POSITIVE_INFINITY }),
    );
    held.resolve();
    if (during) {
      await this.#killed();
      await this.#world.start(ahead);
    }
    await this.#world.problem('clock-wrong', { since });
    this.#meetings.disarm(walks);
    const mended = this.#world.heard();
    if (cells.before.length > 0) await this.#restarted();
    else this.#world.setClock(0);
    await this.#meetings.end(walks);
    await this.#world.problem('clock-wrong', { since: mended, open: false });
    return this.#meetings.violations(walks);
  }

  /** The renewal of the access token fails, on which every call of the account waits. */
  async #tokenRound({ cells }: Round): Promise<string[]> {
    const where = (call: LoggedRequest) => call.path === '/token' && /refresh_token/.test(JSON.stringify(call.body));
    const walks: Walk[] = [];
    for (const moment of ['before', 'during', 'after'] as const) {
      for (const walk of this.#begin(cells[moment])) {
        walks.push(walk);
        const ends = walk.failure.account === 'ends';
        const since = this.#world.heard();
        if (moment === 'after') await this.#killed();
        const held = Promise.withResolvers<void>();
        const ahead = (walk.failure.clockAhead ?? 0) * HOUR_MS;
        const met = armed(this.#world, walk, {
          times: ends || moment === 'after' ? 1 : Number.POSITIVE_INFINITY,
          where,
          ...(moment === 'during' ? { until: held.promise } : {}),
        });
        if (moment === 'after') await this.#world.start(ahead);
        else if (ahead !== 0) this.#world.setClock(ahead);
        this.#world.google.expireAccessTokens();
        await this.#meetings.trigger(walk);
        await within(met, `met by ${nameOf(walk.cell)}`);
        if (moment === 'before') await this.#world.problem(walk.failure.problem, { since });
        held.resolve();
        if (moment !== 'after') await this.#killed();
        this.#meetings.disarm([walk]);
        if (moment !== 'after') await this.#world.start();
        else if (ahead !== 0) this.#world.setClock(0);
        if (ends) {
          await this.#world.problem('reauthorize', { since });
          await this.#world.authorize();
        }
      }
    }
    await this.#meetings.end(walks);
    return this.#meetings.violations(walks);
  }

  /** What a person asked for fails: it is explained, it harms nothing, and works when it is asked for again. */
  async #requestsRound({ cells }: Round): Promise<string[]> {
    const found: string[] = [];
    for (const cell of cells.before) found.push(...(await this.#asked(cell)));
    const agent = await this.#world.signedIn();
    const held = Promise.withResolvers<void>();
    const broken: Promise<unknown>[] = [];
    for (const walk of this.#begin(cells.during)) {
      const request = REQUESTS[walk.cell.operation as RequestName];
      const met = armed(this.#world, walk, { times: 1, until: held.promise, where: request.hits });
      broken.push(request.run(agent, this.#world.google).catch(() => undefined));
      await within(met, `met by ${nameOf(walk.cell)}`);
    }
    held.resolve();
    await this.#restarted();
    await Promise.all(broken);
    // Where Google had taken the permission back before the process died, the agent learns of it now.
    if (cells.during.some((cell) => cell.operation === 'disconnect: revoke' && cell.failure === 'commit, then drop'))
      await this.#world.authorize();
    for (const cell of cells.during) found.push(...(await this.#works(cell)));
    for (const later of cells.after) found.push(...(await this.#asked(later)));
    return found;
  }

  async #asked(cell: Cell): Promise<string[]> {
    const { google } = this.#world;
    const agent = await this.#world.signedIn();
    const request = REQUESTS[cell.operation as RequestName];
    const walk = this.#beginOne(cell);
    const ahead = (walk.failure.clockAhead ?? 0) * HOUR_MS;
    this.#world.setClock(ahead);
    const met = armed(this.#world, walk, { times: 1, where: request.hits });
    const answer = await within(request.run(agent, google), `an answer to ${nameOf(cell)}`);
    await within(met, `met by ${nameOf(cell)}`);
    this.#world.setClock(0);
    const found: string[] = [];
    // An access token that has run out is renewed, and the person never learns of it.
    const fails = walk.failure.kind !== 'token-expired';
    if (!fails && answer.status !== request.done) found.push(`answered ${answer.status}`);
    if (fails && (answer.status < 400 || !answer.body.code || !answer.body.fix))
      found.push(`answered ${answer.status} ${JSON.stringify(answer.body)}`);
    return [...found.map((text) => `${nameOf(cell)}: ${text}`), ...(await this.#works(cell))];
  }

  async #works(cell: Cell): Promise<string[]> {
    const { google } = this.#world;
    const agent = await this.#world.signedIn();
    const request = REQUESTS[cell.operation as RequestName];
    const found: string[] = [];
    const { state } = (await agent.api('GET', '/api/v1/google/authorization')).body;
    // Only the owner's own revocation ends the authorization; nothing else may.
    const ended = cell.failure === 'grant revoked';
    if (ended) {
      if (cell.moment !== 'during' && state !== 'reauthorize') found.push(`the authorization is ${state}`);
      await this.#world.authorize();
    } else if (state !== 'authorized') found.push(`the authorization is ${state}`);
    let again = await request.run(agent, google);
    // On a busy machine the fast clock makes a slow answer late; what is broken stays broken.
    for (let turn = 0; turn < 3 && again.status === 502; turn += 1) again = await request.run(agent, google);
    if (again.status !== request.done) found.push(`asked for again it answered ${again.status}`);
    if (request.leaves) await this.#world.authorize();
    return found.map((text) => `${nameOf(cell)}: ${text}`);
  }

  /** Each call fails, again and again, and people are told. */
  async #failing(walks: Walk[]): Promise<void> {
    const since = this.#world.heard();
    await this.#each(walks, (walk) =>
      this.#meetings.arm(walk, { times: walk.failure.problem === '' ? 1 : Number.POSITIVE_INFINITY }),
    );
    for (const problem of new Set(walks.map((walk) => walk.failure.problem)))
      if (problem !== '') await this.#world.problem(problem, { since });
  }

  async #each(walks: Walk[], arm: (walk: Walk) => Promise<void>): Promise<void> {
    const met = Promise.all(walks.map(arm));
    await Promise.all(walks.map((walk) => this.#meetings.trigger(walk)));
    await within(met, () => `met by ${names(walks.filter((walk) => !walk.met))}`);
  }

  #begin(cells: Cell[]): Walk[] {
    return cells.map((cell) => this.#beginOne(cell));
  }

  #beginOne(cell: Cell): Walk {
    return this.#meetings.begin(cell);
  }

  async #killed(): Promise<void> {
    // The answer is on its way: the process dies before, while or after it takes it in.
    const moment = Math.floor(this.#random() * 4);
    if (moment > 0) await new Promise((resolve) => setTimeout(resolve, moment));
    await this.#world.kill();
  }

  async #restarted(): Promise<void> {
    await this.#killed();
    await this.#world.start();
  }
}

const names = (walks: Walk[]): string => walks.map((walk) => nameOf(walk.cell)).join('; ');
const isWrite = (call: LoggedRequest): boolean =>
  /^(POST|PATCH|PUT|DELETE)$/.test(call.method) && /\/events/.test(call.path);
