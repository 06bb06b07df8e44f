import { AppError } from '../../errors.ts';
import type {
  AccountChoice,
  AccountInUse,
  AuthorizationView,
  CalendarSettings,
  Clock,
  EarlierEntries,
  GoogleGrant,
  Ledger,
  PendingAuthorization,
  SettingsStore,
} from '../../sync/ports.ts';

/** As long as an attempt: whoever authorizes is still at the page. */
const DECIDE_MS = 10 * 60_000;

/**
 * Another account than the one that made the entries so far. Going over to it silently would leave its entries without
 * anybody who can change them, or make each of them twice; so its grant waits, sealed, until a person has decided.
 */
export class AccountChanges {
  readonly #settings: SettingsStore;
  readonly #entries: Pick<Ledger, 'useAccount' | 'entriesBefore'>;
  readonly #clock: Clock;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(deps: {
    settings: SettingsStore;
    entries: Pick<Ledger, 'useAccount' | 'entriesBefore'>;
    clock: Clock;
  }) {
    this.#settings = deps.settings;
    this.#entries = deps.entries;
    this.#clock = deps.clock;
  }

  /** What waits for a decision, while it does. */
  get waiting(): AccountChoice | null {
    const choice = this.#settings.google.pending?.choice ?? null;
    return choice !== null && Date.parse(choice.expiresAt) > this.#clock() ? choice : null;
  }

  view(): AuthorizationView['pending'] {
    const choice = this.waiting;
    if (choice === null) return null;
    const { grant, earlierAccount, entries, expiresAt } = choice;
    return { account: grant.email, earlierAccount, entries, expiresAt };
  }

  /**
   * The grant that an exchange brought becomes the one in use, where no entries of another account stand in the way.
   * `closed` is the attempt as it shall be kept; undefined leaves a newer one alone. Raises `other-account-chosen`.
   */
  async take(grant: GoogleGrant, closed: PendingAuthorization | undefined): Promise<void> {
    const before = await this.#entries.entriesBefore(grant.sub);
    if (before === null) {
      await this.#use(grant, { earlier: 'keep-entries', pending: closed });
      return;
    }
    const expiresAt = new Date(this.#clock() + DECIDE_MS).toISOString();
    const choice = { grant, earlierAccount: before.address, entries: before.entries, expiresAt };
    // A newer attempt was opened meanwhile: that one counts.
    if (closed === undefined) throw new AppError('authorization-not-started', 'a newer attempt is open');
    await this.#settings.saveGoogle({ pending: { ...closed, choice } });
    throw this.refusal(choice);
  }

  refusal(choice: AccountChoice): AppError {
    return new AppError('other-account-chosen', 'another account was authorized than the one that made the entries', {
      detail: {
        chosen: choice.grant.email,
        earlier: choice.earlierAccount,
        entries: String(choice.entries),
        expiresAt: choice.expiresAt,
      },
    });
  }

  /** Raises `nothing-to-decide`. */
  decide(earlier: EarlierEntries): Promise<void> {
    return this.#inTurn(async () => {
      const { pending } = this.#settings.google;
      const choice = this.waiting;
      if (pending === null || choice === null) throw new AppError('nothing-to-decide', 'no account waits');
      await this.#use(choice.grant, { earlier, pending: { ...pending, choice: null } });
    });
  }

  /** The open attempt goes, at whatever stage it is. */
  cancel(): Promise<void> {
    return this.#inTurn(() => this.#settings.saveGoogle({ pending: null }));
  }

  /** A grant that nobody decided about in time is not kept. */
  forgetExpired(): Promise<void> {
    return this.#inTurn(async () => {
      const { pending } = this.#settings.google;
      if (pending?.choice && this.waiting === null)
        await this.#settings.saveGoogle({ pending: { ...pending, choice: null } });
    });
  }

  /**
   * Ledger first: the start of the agent tells it again which account is in use, so a crash in between leaves the earlier
   * account at work and the question open.
   */
  async #use(
    grant: GoogleGrant,
    { earlier, pending }: { earlier: EarlierEntries; pending: PendingAuthorization | undefined },
  ): Promise<void> {
    const before = this.#settings.google.grant;
    await this.#entries.useAccount(accountOf(grant, this.#settings.calendar, earlier));
    try {
      if (this.#settings.google.credentials?.clientId !== grant.clientId)
        throw new AppError('authorization-not-started', 'the client was changed meanwhile');
      await this.#settings.saveGoogle(pending === undefined ? { grant } : { grant, pending });
    } catch (error) {
      if (before !== null) await this.#entries.useAccount(accountOf(before, this.#settings.calendar, 'keep-entries'));
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}

/** What the ledger has to know of the account in use. */
export function accountOf(grant: GoogleGrant, { calendarId }: CalendarSettings, earlier: EarlierEntries): AccountInUse {
  const own = calendarId === 'primary' || calendarId.toLowerCase() === grant.email.toLowerCase();
  return { sub: grant.sub, address: grant.email, calendarId: own ? null : calendarId, earlier };
}
