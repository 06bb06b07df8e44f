import { createHash } from 'node:crypto';
import { reasonOfEnd } from '../../domain/consent.ts';
import { AppError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type {
  AuthorizationView,
  CalendarListItem,
  CalendarTarget,
  Clock,
  CredentialsView,
  EarlierEntries,
  GoogleAuthorisation,
  GoogleCredentials,
  GoogleGrant,
  Ledger,
  PendingAuthorization,
  SettingsStore,
} from '../../sync/ports.ts';
import { AccessTokens } from './access-token.ts';
import { AccountChanges } from './account-choice.ts';
import { readFile, readForm } from './credentials.ts';
import { readIdToken } from './id-token.ts';
import { readPasted } from './pasted.ts';
import { effectiveRedirectUri } from './redirect-uri.ts';
import { mayList, mayWrite, REQUESTED_SCOPES, readScopes } from './scopes.ts';
import { requestToken, revokeToken, type TokenAnswer, type Transport } from './token-endpoint.ts';

const ATTEMPT_MS = 10 * 60_000;
const ISSUER = 'https://accounts.google.com';
/** A grant that nobody needed for so long is tried, so that its end is noticed on the day. */
const UNUSED_MS = 6 * 3_600_000;

export interface AuthorisationDeps {
  settings: SettingsStore;
  /** Which account made which entries. */
  entries: Pick<Ledger, 'useAccount' | 'entriesBefore'>;
  endpoints: { authorizationUrl: string; tokenUrl: string; revocationUrl: string };
  publicUrl: string | null;
  fetch: typeof fetch;
  clock: Clock;
  /** How long an answer of the token endpoints may take. */
  timeoutMs?: number;
  randomToken(): string;
  /** One request to Google's token endpoints ended. */
  onCall?(call: string, outcome: string, ms: number): void;
  /** Google told the time, in milliseconds since the epoch. */
  onDate?(at: number): void;
  log: Logger;
}

/** What needs a calendar client, which in turn needs the tokens kept here. */
export interface CalendarQueries {
  calendars(): Promise<CalendarListItem[]>;
  testEntry(): Promise<{ request: unknown; held: unknown; matches: boolean; differences: string[] }>;
}

/** One account's authorisation: credentials, the attempt that is open, the grant, the access tokens. */
export class Authorisation implements Omit<GoogleAuthorisation, keyof CalendarQueries> {
  readonly tokens: AccessTokens;
  readonly #deps: AuthorisationDeps;
  readonly #transport: Transport;
  readonly #accounts: AccountChanges;
  readonly #listeners: (() => void)[] = [];
  #exchange: { codeHash: string; outcome: Promise<AuthorizationView> } | null = null;

  constructor(deps: AuthorisationDeps) {
    this.#deps = deps;
    this.#transport = {
      fetch: deps.fetch,
      clock: deps.clock,
      timeoutMs: deps.timeoutMs,
      onCall: deps.onCall,
      onDate: deps.onDate,
      ...deps.endpoints,
    };
    this.#accounts = new AccountChanges(deps);
    this.tokens = new AccessTokens({
      settings: deps.settings,
      transport: this.#transport,
      clock: deps.clock,
      onBroken: () => this.#changed(),
    });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  view(): AuthorizationView {
    const { credentials, grant } = this.#deps.settings.google;
    const state =
      credentials === null
        ? 'not-configured'
        : grant === null
          ? 'configured'
          : grant.brokenBy === null
            ? 'authorized'
            : 'reauthorize';
    const sealed = this.#deps.settings.seal === 'unsealable';
    return {
      state: sealed ? 'reauthorize' : state,
      account: grant?.email ?? null,
      scopes: grant?.scopes ?? [],
      authorizedAt: grant?.authorizedAt ?? null,
      consentExpiresAt: grant?.consentExpiresAt ?? null,
      consentEndsBecause: grant === null ? null : endOf(grant),
      project: projectOf(credentials?.clientId),
      pending: this.#accounts.view(),
      calendarListGranted: grant === null || mayList(grant.scopes),
      brokenBy: grant?.brokenBy ?? null,
    };
  }

  credentials(): CredentialsView | null {
    const { credentials } = this.#deps.settings.google;
    if (credentials === null) return null;
    return {
      clientId: credentials.clientId,
      clientSecretHint: credentials.clientSecret.slice(-4),
      redirectUri: credentials.redirectUri,
      ...this.redirect(),
    };
  }

  redirect(): Pick<CredentialsView, 'effectiveRedirectUri' | 'redirectUriSource' | 'notes'> {
    const { uri, source, notes } = effectiveRedirectUri(this.#deps.settings.google.credentials, this.#deps.publicUrl);
    return { effectiveRedirectUri: uri, redirectUriSource: source, notes };
  }

  async saveCredentials(input: {
    clientId: string;
    clientSecret?: string | undefined;
    redirectUri?: string | null | undefined;
  }): Promise<CredentialsView> {
    return this.#keep(readForm(input, this.#deps.settings.google.credentials));
  }

  async saveCredentialsFile(document: unknown): Promise<CredentialsView> {
    return this.#keep(readFile(document));
  }

  /** Credentials, tokens and the open attempt go; meetings and their entries stay. */
  async reset(): Promise<void> {
    await this.#deps.settings.saveGoogle({ credentials: null, grant: null, pending: null });
    this.tokens.set(null);
    this.#changed();
  }

  /** Opens an attempt; an earlier one is replaced. Raises `not-configured`. */
  async begin(): Promise<{ url: string; expiresAt: string }> {
    const { credentials } = this.#deps.settings.google;
    if (credentials === null) throw new AppError('not-configured', 'no OAuth client is saved');
    const { uri } = effectiveRedirectUri(credentials, this.#deps.publicUrl);
    const pending: PendingAuthorization = {
      state: this.#deps.randomToken(),
      codeVerifier: this.#deps.randomToken(),
      redirectUri: uri,
      clientId: credentials.clientId,
      expiresAt: new Date(this.#deps.clock() + ATTEMPT_MS).toISOString(),
      usedCode: null,
    };
    await this.#deps.settings.saveGoogle({ pending });
    const url = new URL(this.#deps.endpoints.authorizationUrl);
    const parameters = {
      client_id: credentials.clientId,
      redirect_uri: uri,
      response_type: 'code',
      scope: REQUESTED_SCOPES.join(' '),
      access_type: 'offline',
      prompt: 'consent',
      state: pending.state,
      code_challenge: createHash('sha256').update(pending.codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return { url: url.href, expiresAt: pending.expiresAt };
  }

  /**
   * Takes what was pasted. One exchange however often it is handed in; whatever fails, an authorisation that works goes
   * on working. Raises the authorisation codes of domain/failure.ts.
   */
  async complete(pasted: string): Promise<AuthorizationView> {
    try {
      return await this.#complete(pasted);
    } catch (error) {
      const project = projectOf(this.#deps.settings.google.credentials?.clientId);
      if (!(error instanceof AppError) || project === null) throw error;
      const { retryAfterMs, detail, cause } = error;
      throw new AppError(error.code, error.message, { retryAfterMs, detail: { project, ...detail }, cause });
    }
  }

  async #complete(pasted: string): Promise<AuthorizationView> {
    const read = readPasted(pasted);
    if (read.kind === 'failure')
      throw new AppError(read.code, 'Google showed an error', { detail: { googleSays: read.googleSays } });
    if (read.kind === 'unreadable') throw new AppError('code-invalid', 'the pasted text holds no authorization code');
    const codeHash = createHash('sha256').update(read.code).digest('hex');
    while (this.#exchange !== null) {
      if (this.#exchange.codeHash === codeHash) return this.#exchange.outcome;
      await this.#exchange.outcome.catch(() => undefined);
    }
    const { pending } = this.#deps.settings.google;
    const { waiting } = this.#accounts;
    if (pending?.usedCode === codeHash && waiting !== null) throw this.#accounts.refusal(waiting);
    if (pending?.usedCode === codeHash) throw new AppError('code-already-used', 'this code was handed in before');
    // A code that was refused leaves the attempt open: the next paste may be the whole one. Success closes it.
    if (pending === null || Date.parse(pending.expiresAt) <= this.#deps.clock()) {
      throw new AppError('authorization-not-started', 'no attempt is open');
    }
    if (read.state !== null && read.state !== pending.state)
      throw new AppError('state-mismatch', 'the state is another one');
    if (read.iss !== null && read.iss !== ISSUER) throw new AppError('state-mismatch', 'the issuer is not Google');
    const outcome = this.#redeem(read.code, codeHash, pending).finally(() => {
      this.#exchange = null;
    });
    this.#exchange = { codeHash, outcome };
    return outcome;
  }

  async decide(earlier: EarlierEntries): Promise<AuthorizationView> {
    await this.#accounts.decide(earlier);
    this.tokens.set(null);
    this.#deps.log.info({ earlier }, 'another account is in use');
    this.#changed();
    return this.view();
  }

  cancelPending(): Promise<void> {
    return this.#accounts.cancel();
  }

  /**
   * To be called every hour. Uses a grant that nobody needed for a while: its end is noticed on the day, not with the next
   * meeting, and Google drops those that lie unused for six months.
   */
  async keepAlive(): Promise<void> {
    await this.#accounts.forgetExpired();
    const { issuedAt } = this.tokens;
    const idle = issuedAt === null || this.#deps.clock() - issuedAt >= UNUSED_MS;
    if (idle && this.target().ok) await this.tokens.get();
  }

  /** Forgets the tokens here; with `revoke` at Google too, which ends every client of that Google project. */
  async forget({ revoke }: { revoke: boolean }): Promise<void> {
    const { grant } = this.#deps.settings.google;
    if (revoke && grant !== null) await revokeToken(this.#transport, grant.refreshToken);
    await this.#deps.settings.saveGoogle({ grant: null, pending: null });
    this.tokens.set(null);
    this.#changed();
  }

  target(): CalendarTarget {
    const { google, calendar, seal } = this.#deps.settings;
    if (seal === 'unsealable') return { ok: false, code: 'reauthorize' };
    const { grant } = google;
    if (grant === null) return { ok: false, code: 'not-authorized' };
    if (grant.brokenBy !== null) return { ok: false, code: grant.brokenBy };
    const primary =
      calendar.calendarId === 'primary' || calendar.calendarId.toLowerCase() === grant.email.toLowerCase();
    const calendarId = primary ? grant.email : calendar.calendarId;
    return { ok: true, account: grant.sub, address: grant.email, calendarId, primary };
  }

  async #keep(credentials: GoogleCredentials): Promise<CredentialsView> {
    const { google, seal } = this.#deps.settings;
    const anotherClient = google.credentials?.clientId !== credentials.clientId;
    // A secret that was refused may be right now: the grant is tried again with it.
    const grant = anotherClient
      ? null
      : google.grant === null
        ? null
        : { ...google.grant, brokenBy: mendable(google.grant.brokenBy) };
    await this.#deps.settings.saveGoogle({
      credentials,
      ...(anotherClient || seal === 'unsealable' ? { grant: null, pending: null } : { grant }),
    });
    if (anotherClient) this.tokens.set(null);
    this.#changed();
    return this.credentials() as CredentialsView;
  }

  async #redeem(code: string, codeHash: string, pending: PendingAuthorization): Promise<AuthorizationView> {
    const { credentials } = this.#deps.settings.google;
    if (credentials === null || credentials.clientId !== pending.clientId) {
      throw new AppError('authorization-not-started', 'the client was changed meanwhile');
    }
    // A code is burnt by its first use, whatever comes of it: noted before it is sent.
    await this.#deps.settings.saveGoogle({ pending: { ...pending, usedCode: codeHash } });
    const answer = await requestToken(
      this.#transport,
      {
        grant_type: 'authorization_code',
        code,
        code_verifier: pending.codeVerifier,
        redirect_uri: pending.redirectUri,
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
      },
      'exchange',
    );
    const grant = this.#grantOf(answer, credentials.clientId);
    const { google } = this.#deps.settings;
    if (google.credentials?.clientId !== credentials.clientId) {
      throw new AppError('authorization-not-started', 'the client was changed meanwhile');
    }
    // Closed, but kept: the same code again is told apart from a code without an attempt. A newer attempt stays open.
    const closed = { ...pending, usedCode: codeHash, expiresAt: new Date(0).toISOString(), choice: null };
    await this.#accounts.take(grant, google.pending?.state === pending.state ? closed : undefined);
    this.tokens.set(answer);
    this.#deps.log.info({ scopes: grant.scopes }, 'an account was authorized');
    this.#changed();
    return this.view();
  }

  #grantOf(answer: TokenAnswer, clientId: string): GoogleGrant {
    const scopes = readScopes(answer.scope ?? '');
    if (!mayWrite(scopes)) {
      throw new AppError('scope-missing', 'calendar.events was not granted', {
        detail: { missing: 'calendar.events' },
      });
    }
    const account = readIdToken(answer.idToken, clientId);
    const earlier = this.#deps.settings.google.grant;
    const usable = earlier !== null && earlier.clientId === clientId && mendable(earlier.brokenBy) === null;
    const kept = usable && earlier.sub === account.sub ? earlier.refreshToken : null;
    const refreshToken = answer.refreshToken ?? kept;
    if (refreshToken === null) throw new AppError('no-refresh-token', 'Google gave no refresh token');
    const now = this.#deps.clock();
    const ends = answer.refreshTokenExpiresIn;
    return {
      sub: account.sub,
      email: account.email,
      hostedDomain: account.hostedDomain,
      scopes,
      refreshToken,
      authorizedAt: new Date(now).toISOString(),
      consentExpiresAt: ends === null ? null : new Date(now + ends * 1_000).toISOString(),
      clientId,
      brokenBy: null,
    };
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

function endOf({ authorizedAt, consentExpiresAt }: GoogleGrant): AuthorizationView['consentEndsBecause'] {
  return consentExpiresAt === null ? null : reasonOfEnd(Date.parse(authorizedAt), Date.parse(consentExpiresAt));
}

/** `<project number>-<32 signs>.apps.googleusercontent.com` */
function projectOf(clientId: string | undefined): string | null {
  return /^(\d+)-/.exec(clientId ?? '')?.[1] ?? null;
}

function mendable(brokenBy: string | null): string | null {
  return brokenBy === 'secret-invalid' || brokenBy === 'client-invalid' ? null : brokenBy;
}
