import { createHash, randomBytes } from 'node:crypto';
import type { Scope } from '../domain/role.ts';
import { AppError } from '../errors.ts';
import type { ApiToken } from '../sync/ports.ts';
import type { Access } from './access.ts';
import type { AdminDeps } from './deps.ts';
import { ApiProblem } from './problem-details.ts';
import type { Handler } from './server.ts';

type Names = 'tokens' | 'addToken' | 'revokeToken';
const MOST = 200;
/** So that a token is known for one wherever it turns up, by secret scanners and by the log's own mask. */
const PREFIX = 'pca_';

/** Settings > API tokens. `onEnded` is told when a token has ended. */
export function tokenHandlers(
  deps: AdminDeps,
  { access, onEnded }: { access: Access; onEnded: () => void },
): Record<Names, Handler> {
  const { settings, ledger, clock } = deps;
  const view = ({ sha256: _digest, ...token }: ApiToken, use: { at: number; address: string } | undefined) => ({
    ...token,
    expired: token.expiresAt !== null && Date.parse(token.expiresAt) <= clock(),
    lastUsedAt: use === undefined ? null : new Date(use.at).toISOString(),
    lastUsedFrom: use?.address ?? null,
  });
  return {
    async tokens() {
      const uses = await ledger.tokenUses();
      return settings.people.tokens.map((token) => view(token, uses.get(token.id)));
    },

    async addToken(request) {
      const {
        name,
        scope,
        expiresAt = null,
      } = request.body as { name: string; scope: Scope; expiresAt?: string | null };
      if (expiresAt !== null && Date.parse(expiresAt) <= clock())
        throw new AppError('schema', 'over', { detail: { expiresAt: 'expects a time to come' } });
      const token = PREFIX + randomBytes(32).toString('base64url');
      const actor = access.actor(request);
      const item: ApiToken = {
        id: randomBytes(9).toString('base64url'),
        name,
        scope,
        sha256: createHash('sha256').update(token).digest('hex'),
        createdAt: new Date(clock()).toISOString(),
        createdBy: actor.name,
        expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
      };
      await settings.changePeople((now) => {
        // The audit trail names tokens: two of one name could not be told apart there.
        if (now.tokens.some((other) => other.name === name))
          throw new AppError('schema', 'taken', { detail: { name: 'is taken by another token' } });
        if (now.tokens.length >= MOST)
          throw new AppError('schema', 'full', {
            detail: { name: `cannot be added: there are ${MOST} tokens already` },
          });
        return { ...now, tokens: [...now.tokens, item] };
      });
      const until =
        item.expiresAt === null ? 'never expires' : `expires ${item.expiresAt.slice(0, 16).replace('T', ' ')} UTC`;
      await ledger.note({ actor, action: 'API token made', subject: name, detail: `${scope}, ${until}` });
      return { ...view(item, undefined), token };
    },

    async revokeToken(request) {
      const { id } = request.params as { id: string };
      let name = '';
      await settings.changePeople((now) => {
        const token = now.tokens.find((item) => item.id === id);
        if (token === undefined) {
          throw new ApiProblem(404, {
            code: 'token-unknown',
            title: 'There is no such API token',
            fix: 'Look at the list of tokens; somebody may have revoked it.',
          });
        }
        name = token.name;
        return { ...now, tokens: now.tokens.filter((item) => item.id !== id) };
      });
      onEnded();
      await ledger.forgetTokenUse(id);
      await ledger.note({ actor: access.actor(request), action: 'API token revoked', subject: name, detail: '' });
      return undefined;
    },
  };
}
