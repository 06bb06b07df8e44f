import { codeOfDeath } from '../../domain/consent.ts';
import { AppError } from '../../errors.ts';
import type { Clock, GoogleGrant, SettingsStore } from '../../sync/ports.ts';
import { requestToken, type Transport } from './token-endpoint.ts';

/** Renew this long before the end. */
const EARLY_MS = 5 * 60_000;
/** Failures that only a person can mend: the grant, the client, the secret, the policy. */
const LASTING = [
  'reauthorize',
  'account-deleted',
  'client-changed',
  'session-control',
  'client-invalid',
  'secret-invalid',
  'admin-policy-enforced',
];

/** Access tokens, in memory only. One renewal for all who wait; a dead grant is asked for once and then left alone. */
export class AccessTokens {
  readonly #settings: SettingsStore;
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #broken: () => void;
  #current: { token: string; issuedAt: number; until: number } | null = null;
  #renewal: Promise<string> | null = null;
  /** What Google has put in the place of a stored refresh token while the disk would not take it. */
  #unsaved: { instead: string; token: string } | null = null;

  constructor(deps: { settings: SettingsStore; transport: Transport; clock: Clock; onBroken(): void }) {
    this.#settings = deps.settings;
    this.#transport = deps.transport;
    this.#clock = deps.clock;
    this.#broken = deps.onBroken;
  }

  /** `rejected`: the token that Google has just refused. Raises `not-authorized`, the lasting codes, `google-unavailable`. */
  async get(rejected?: string): Promise<string> {
    const { grant } = this.#settings.google;
    if (grant === null) throw new AppError('not-authorized', 'no account is authorized');
    if (grant.brokenBy !== null) throw new AppError(grant.brokenBy, 'the authorization has ended');
    if (rejected !== undefined && this.#current?.token === rejected) this.#current = null;
    if (this.#current !== null && this.#current.until > this.#clock()) return this.#current.token;
    if (this.#renewal !== null) return this.#renewal;
    const renewal: Promise<string> = this.#renew().finally(() => {
      if (this.#renewal === renewal) this.#renewal = null;
    });
    this.#renewal = renewal;
    return renewal;
  }

  /** Milliseconds since the epoch at which the token in use was issued; null when there is none. */
  get issuedAt(): number | null {
    return this.#current?.issuedAt ?? null;
  }

  /** Right after an exchange, or null when the grant was given up. A renewal that is under way is for the old grant. */
  set(token: { accessToken: string; expiresIn: number } | null): void {
    this.#current = token === null ? null : this.#lasting(token);
    this.#renewal = null;
  }

  /**
   * Google refuses even a fresh token: only a new authorization helps. `rejected` is the token that was refused; when
   * another one has taken its place meanwhile, the account was authorized anew and nothing is given up.
   */
  async giveUp(code: string, rejected?: string): Promise<void> {
    const { grant } = this.#settings.google;
    if (grant === null || grant.brokenBy !== null) return;
    if (rejected !== undefined && this.#current !== null && this.#current.token !== rejected) return;
    await this.#settings.saveGoogle({ grant: { ...grant, brokenBy: this.#toldByAge(code, grant) } });
    this.#current = null;
    this.#broken();
  }

  async #renew(): Promise<string> {
    const { grant, credentials } = this.#settings.google;
    if (grant === null || credentials === null) throw new AppError('not-authorized', 'no account is authorized');
    const stored = grant.refreshToken;
    const refreshToken = this.#unsaved?.instead === stored ? this.#unsaved.token : stored;
    try {
      const answer = await requestToken(
        this.#transport,
        {
          grant_type: 'refresh_token',
          refresh_token: refreshToken,
          client_id: credentials.clientId,
          client_secret: credentials.clientSecret,
        },
        'refresh',
      );
      // Authorized anew while Google answered, perhaps as another account: this token is of the old grant.
      const latest = this.#settings.google.grant;
      if (latest?.refreshToken !== stored) return await this.#anew();
      // A rotated refresh token replaces the stored one; an answer without one leaves it alone. A full disk loses
      // neither the new one nor the access token: the next renewal tries to store it again.
      const rotated = answer.refreshToken ?? refreshToken;
      if (rotated !== stored) {
        this.#unsaved = { instead: stored, token: rotated };
        await this.#settings.saveGoogle({ grant: { ...latest, refreshToken: rotated } }).then(
          () => {
            this.#unsaved = null;
          },
          () => undefined,
        );
      }
      this.#current = this.#lasting(answer);
      return answer.accessToken;
    } catch (error) {
      const replaced = this.#settings.google.grant?.refreshToken !== stored;
      if (!(error instanceof AppError) || !LASTING.includes(error.code)) throw error;
      if (replaced) return await this.#anew();
      await this.giveUp(error.code);
      throw new AppError(this.#toldByAge(error.code, grant), error.message, { detail: { ...error.detail } });
    }
  }

  /** From within a renewal, whose own promise must not be waited for. */
  #anew(): Promise<string> {
    this.#renewal = null;
    return this.get();
  }

  #toldByAge(code: string, grant: GoogleGrant): string {
    if (code !== 'reauthorize') return code;
    const endsAt = grant.consentExpiresAt === null ? null : Date.parse(grant.consentExpiresAt);
    return codeOfDeath({ authorizedAt: Date.parse(grant.authorizedAt), endsAt }, this.#clock());
  }

  #lasting(token: { accessToken: string; expiresIn: number }): { token: string; issuedAt: number; until: number } {
    const now = this.#clock();
    return { token: token.accessToken, issuedAt: now, until: now + Math.max(0, token.expiresIn * 1_000 - EARLY_MS) };
  }
}
