import type { FastifyRequest } from 'fastify';
import { invitableAddress } from '../domain/address.ts';
import { type Directory, type DirectoryAddress, patternFaults } from '../domain/directory.ts';
import { AppError } from '../errors.ts';
import type { Actor, Impact } from '../sync/ports.ts';
import type { AdminDeps } from './deps.ts';
import { readDirectoryCsv } from './directory-csv.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';

type Names =
  | 'directory'
  | 'importDirectory'
  | 'saveDirectoryEntry'
  | 'removeDirectoryEntry'
  | 'savePattern'
  | 'removePattern'
  | 'directoryImpact'
  | 'applyDirectory';
type Apply = 'none' | 'new' | 'all';

/** How many bad rows are named; all of them are counted. */
const NAMED = 200;
const MOST_ENTRIES = 50_000;

/** Extension -> address. */
export function directoryHandlers(deps: AdminDeps, actor: (request: FastifyRequest) => Actor): Record<Names, Handler> {
  const { settings, retaking, ledger } = deps;
  const note = (request: FastifyRequest, action: string, detail: string) =>
    ledger.note({ actor: actor(request), action, subject: 'Directory', detail });

  /** Says what the change does to known meetings, and makes it as far as that is asked for. */
  async function make(
    request: FastifyRequest,
    change: (before: Directory) => Directory,
    wish: { otherwise: Apply; action: string; detail: string },
  ): Promise<{ impact: Impact; applied: Apply }> {
    const { apply = wish.otherwise } = request.query as { apply?: Apply };
    const impact = await retaking.impact({ directory: change(settings.directory) });
    if (apply === 'none') return { impact, applied: apply };
    await settings.saveDirectory(change);
    if (apply === 'all') await retaking.apply({ directory: settings.directory });
    const scope = apply === 'all' ? `all meetings: ${wordsOf(impact)}` : 'from now on';
    await note(request, wish.action, `${wish.detail}; ${scope}`);
    return { impact, applied: apply };
  }

  return {
    async directory(request) {
      const { q = '', limit = '200' } = request.query as { q?: string; limit?: string };
      const all = listed(settings.directory);
      const part = q.trim().toLowerCase();
      const matching = all.filter(({ extension, name, email }) =>
        [extension, name ?? '', email].some((text) => text.toLowerCase().includes(part)),
      );
      return {
        total: all.length,
        matching: matching.length,
        entries: matching.slice(0, Math.min(Number(limit), 1_000)),
        pattern: settings.directory.pattern,
      };
    },

    async importDirectory(request) {
      if (!(request.body instanceof Uint8Array)) {
        throw new ApiProblem(415, {
          code: 'bad-request',
          title: 'The file is no CSV',
          fix: 'Send it with the content type text/csv.',
        });
      }
      const { rows, entries, bad } = readDirectoryCsv(request.body);
      const compared = compare(settings.directory, entries);
      const taken = await make(request, (before) => merged(before, entries), {
        otherwise: 'none',
        action: 'directory imported',
        detail: `${compared.added} added, ${compared.changed} changed, ${bad.length} rows left out`,
      });
      return { report: { rows, ...compared, bad: bad.length, errors: bad.slice(0, NAMED) }, ...taken };
    },

    async saveDirectoryEntry(request) {
      const { extension } = request.params as { extension: string };
      const body = request.body as { email: string; name?: string | null };
      const email = invitableAddress(body.email);
      if (email === null) {
        throw new AppError('schema', 'no address', {
          detail: { email: 'expects one e-mail address, such as ann@example.com' },
        });
      }
      const name = body.name?.trim() || null;
      return make(request, (before) => merged(before, { [extension]: { name, email } }), {
        otherwise: 'new',
        action: 'directory entry saved',
        detail: extension,
      });
    },

    async removeDirectoryEntry(request) {
      const { extension } = request.params as { extension: string };
      if (!Object.hasOwn(settings.directory.entries, extension)) throw missing('There is no entry for this extension');
      const change = (before: Directory): Directory => {
        const { [extension]: _gone, ...entries } = before.entries;
        return { ...before, entries };
      };
      return make(request, change, { otherwise: 'new', action: 'directory entry removed', detail: extension });
    },

    async savePattern(request) {
      const body = request.body as { address: string; extensions?: string };
      const pattern = { address: body.address.trim(), extensions: (body.extensions ?? '').trim() };
      const faults = patternFaults(pattern);
      if (faults !== null) throw new AppError('schema', 'no pattern', { detail: faults });
      return make(request, (before) => ({ ...before, pattern }), {
        otherwise: 'new',
        action: 'directory pattern saved',
        detail: pattern.address,
      });
    },

    async removePattern(request) {
      if (settings.directory.pattern === null) throw missing('There is no pattern');
      return make(request, (before) => ({ ...before, pattern: null }), {
        otherwise: 'new',
        action: 'directory pattern removed',
        detail: settings.directory.pattern.address,
      });
    },

    directoryImpact: async () => retaking.impact({ directory: settings.directory }),

    async applyDirectory(request) {
      const taking = { directory: settings.directory };
      const impact = await retaking.impact(taking);
      await retaking.apply(taking);
      await note(request, 'directory applied to all meetings', wordsOf(impact));
      return impact;
    },
  };
}

export function wordsOf({ meetings, invitations }: Impact): string {
  return `${meetings} meetings, ${invitations} new invitations`;
}

/** Shorter numbers first, as people count. */
function listed({ entries }: Directory): ({ extension: string } & DirectoryAddress)[] {
  return Object.entries(entries)
    .map(([extension, entry]) => ({ extension, ...entry }))
    .sort((a, b) => a.extension.length - b.extension.length || (a.extension < b.extension ? -1 : 1));
}

function merged(before: Directory, entries: Record<string, DirectoryAddress>): Directory {
  const all = { ...before.entries, ...entries };
  if (Object.keys(all).length > MOST_ENTRIES) {
    throw new ApiProblem(422, {
      code: 'directory-full',
      title: `The directory holds at most ${MOST_ENTRIES} entries`,
      fix: 'Remove entries, or use a pattern for the extensions whose address follows from their number.',
    });
  }
  return { ...before, entries: all };
}

function compare({ entries: before }: Directory, entries: Record<string, DirectoryAddress>) {
  const counts = { added: 0, changed: 0, unchanged: 0 };
  for (const [extension, { name, email }] of Object.entries(entries)) {
    const known = Object.hasOwn(before, extension) ? before[extension] : undefined;
    if (known === undefined) counts.added += 1;
    else if (known.email === email && known.name === name) counts.unchanged += 1;
    else counts.changed += 1;
  }
  return counts;
}

function missing(title: string): ApiProblem {
  return new ApiProblem(404, { code: 'not-found', title, fix: 'Look at the list of entries again.' });
}
