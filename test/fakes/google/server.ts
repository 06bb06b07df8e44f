import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ConsentChoice, registrationProblem } from './authorization.ts';
import { loadDiscovery } from './discovery.ts';
import type { FaultList } from './faults.ts';
import { answerRequest } from './gateway.ts';
import { createSigningKey } from './id-token.ts';
import { consent } from './oauth-routes.ts';
import * as people from './people.ts';
import type { Switches } from './switches.ts';
import { revokeGrants } from './tokens.ts';
import type { AccessRole, Answer, GuestCopy, JsonObject, LoggedRequest, Mail, StoredEvent } from './types.ts';
import { accountOf, calendarOf, createWorld, nextEtag, randomText, resetWorld, type World } from './world.ts';

export interface ClientRegistration {
  clientId: string;
  clientSecrets: string[];
  redirectUris: string[];
  /** Revoking hits all clients of a project; default: the number in front of the client id. */
  project?: string;
  /** Publishing status 'Testing': refresh tokens die after seven days. */
  testing?: boolean;
  testUsers?: string[];
  /** 'Internal' to this Workspace domain. */
  organization?: string;
}

/** A local Google: OAuth 2.0 and the part of Calendar API v3 that an event writer needs. */
export interface GoogleStandIn extends AsyncDisposable {
  origin: string;
  authorizationUrl: string;
  tokenUrl: string;
  revocationUrl: string;
  /** Root of the API, for the client's `rootUrl`. */
  calendarUrl: string;
  certsUrl: string;
  userinfoUrl: string;

  /** Registering the same id again replaces it (rotation of secrets). Raises an Error for an address Google would refuse. */
  addClient(client: ClientRegistration): void;
  removeClient(clientId: string): void;
  /** Creates the primary calendar too. */
  addAccount(account: { email: string; sub: string; hd?: string; timeZone?: string }): void;
  /** `accessRole` is what `ownerEmail` may do; other than 'owner' means somebody else's calendar. Answers the id. */
  addCalendar(calendar: {
    id?: string;
    ownerEmail: string;
    summary: string;
    timeZone?: string;
    accessRole?: AccessRole;
  }): string;
  removeCalendar(calendarId: string): void;
  setRole(calendarId: string, email: string, role: AccessRole | undefined): void;
  setCalendarZone(calendarId: string, timeZone: string): void;

  /** Completes a consent without a browser; answers the redirect address. Raises an Error with the text of the page. */
  consent(url: string, choice: ConsentChoice): string;
  /** Kills all tokens and grants of the account, as its owner can on his account page. */
  revoke(email: string): void;
  expireAccessTokens(): void;
  /** Every sync token so far answers 410 from now on. */
  expireSyncTokens(): void;

  /** Live events and tombstones, as stored. */
  events(calendarId: string): StoredEvent[];
  mails: Mail[];
  /** What guests see in their own calendars. */
  guestCopies: GuestCopy[];
  requests: LoggedRequest[];
  /** Body fields the API does not know: 'calendar.events.insert sumary'. */
  unknownFields: string[];
  switches: Switches;
  faults: FaultList;

  editAsPerson(calendarId: string, eventId: string, change: JsonObject): StoredEvent;
  deleteAsPerson(calendarId: string, eventId: string): void;
  emptyTrash(calendarId: string): void;
  /** The brake on invitations is let go, as it is after some hours. */
  endInvitationPause(): void;
  rsvp(calendarId: string, eventId: string, guest: string, response: Answer, comment?: string): void;
  addGuest(calendarId: string, eventId: string, guest: string): void;
  splitSeries(calendarId: string, eventId: string, change: { from: string; edit: JsonObject }): StoredEvent;
  inviteFromOutside(calendarId: string, event: JsonObject & { organizer: string }): string;

  /** Back to an empty service with default switches: no clients, accounts, calendars, faults, log. */
  reset(): void;
  close(): Promise<void>;
}

export async function startGoogle(options: { port?: number; now?: () => number } = {}): Promise<GoogleStandIn> {
  const world = createWorld({ now: options.now ?? Date.now, discovery: loadDiscovery(), key: createSigningKey() });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    answerRequest(world, request, response).catch((error: unknown) => {
      console.error('google stand-in:', error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    origin,
    authorizationUrl: `${origin}/o/oauth2/v2/auth`,
    tokenUrl: `${origin}/token`,
    revocationUrl: `${origin}/revoke`,
    calendarUrl: `${origin}/`,
    certsUrl: `${origin}/oauth2/v3/certs`,
    userinfoUrl: `${origin}/oauth2/v2/userinfo`,
    ...registry(world),
    ...controls(world),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function registry(world: World) {
  return {
    addClient(client: ClientRegistration): void {
      for (const uri of client.redirectUris) {
        const problem = registrationProblem(uri);
        if (problem !== undefined) throw new Error(`Invalid redirect: ${uri} ${problem}`);
      }
      const project = client.project ?? client.clientId.split('-')[0] ?? client.clientId;
      world.clients.set(client.clientId, { ...client, project, testing: client.testing ?? false });
    },
    removeClient: (clientId: string) => void world.clients.delete(clientId),
    addAccount(account: { email: string; sub: string; hd?: string; timeZone?: string }): void {
      const { timeZone, ...rest } = account;
      world.accounts.set(account.email.toLowerCase(), rest);
      addCalendar(world, {
        id: account.email,
        owner: account.email,
        summary: account.email,
        timeZone,
        role: 'owner',
        primary: true,
      });
    },
    addCalendar(calendar: {
      id?: string;
      ownerEmail: string;
      summary: string;
      timeZone?: string;
      accessRole?: AccessRole;
    }): string {
      const { ownerEmail: owner, summary, timeZone, accessRole: role = 'owner' } = calendar;
      accountOf(world, owner);
      const id =
        calendar.id ?? `c_${Buffer.from(randomText(40)).toString('hex').slice(0, 64)}@group.calendar.google.com`;
      addCalendar(world, { id, owner, summary, timeZone, role, primary: false });
      return id;
    },
    removeCalendar: (calendarId: string) => void world.calendars.delete(calendarId.toLowerCase()),
    setRole: (calendarId: string, email: string, role: AccessRole | undefined) =>
      people.setRole(world, calendarId, email, role),
    setCalendarZone: (calendarId: string, timeZone: string) => people.setCalendarZone(world, calendarId, timeZone),
  };
}

interface NewCalendar {
  id: string;
  owner: string;
  summary: string;
  timeZone: string | undefined;
  role: AccessRole;
  primary: boolean;
}

function addCalendar(world: World, { id, owner, summary, timeZone, role, primary }: NewCalendar): void {
  world.calendars.set(id.toLowerCase(), {
    id,
    summary,
    timeZone: timeZone ?? 'UTC',
    primary,
    dataOwner: role === 'owner' ? owner : 'somebody.else@example.com',
    roles: new Map([[owner.toLowerCase(), role]]),
    events: new Map(),
    defaultReminders: primary ? [{ method: 'popup', minutes: 10 }] : [],
    revision: 0,
    syncGeneration: 0,
    etag: nextEtag(world),
  });
}

function controls(world: World) {
  return {
    consent: (url: string, choice: ConsentChoice) => consent(world, url, choice),
    revoke: (email: string) => revokeGrants(world, email, undefined),
    expireAccessTokens: () => world.accessTokens.clear(),
    expireSyncTokens(): void {
      for (const calendar of world.calendars.values()) calendar.syncGeneration += 1;
    },
    events: (calendarId: string) => structuredClone([...calendarOf(world, calendarId).events.values()]),
    mails: world.mails,
    guestCopies: world.guestCopies,
    requests: world.requests,
    unknownFields: world.unknownFields,
    switches: world.switches,
    faults: world.faults,
    editAsPerson: (calendarId: string, eventId: string, change: JsonObject) =>
      people.editAsPerson(world, calendarId, eventId, change),
    deleteAsPerson: (calendarId: string, eventId: string) => people.deleteAsPerson(world, calendarId, eventId),
    emptyTrash: (calendarId: string) => people.emptyTrash(world, calendarId),
    endInvitationPause: () => world.quota.clear(),
    rsvp: (calendarId: string, eventId: string, guest: string, response: Answer, comment?: string) =>
      people.rsvp(world, { calendarId, eventId, guest, response, comment }),
    addGuest: (calendarId: string, eventId: string, guest: string) =>
      people.addGuest(world, calendarId, eventId, guest),
    splitSeries: (calendarId: string, eventId: string, change: { from: string; edit: JsonObject }) =>
      people.splitSeries(world, calendarId, eventId, change),
    inviteFromOutside: (calendarId: string, event: JsonObject & { organizer: string }) =>
      people.inviteFromOutside(world, calendarId, event),
    reset: () => resetWorld(world),
  };
}
