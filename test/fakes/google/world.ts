import { randomBytes } from 'node:crypto';
import type { Discovery } from './discovery.ts';
import { createFaults, type FaultList } from './faults.ts';
import type { SigningKey } from './id-token.ts';
import { defaultSwitches, type Switches } from './switches.ts';
import type { Account, Client, GuestCopy, Json, LoggedRequest, Mail, StoredCalendar } from './types.ts';

export interface IssuedCode {
  clientId: string;
  redirectUri: string;
  email: string;
  scopes: string[];
  challenge: { value: string; method: string } | undefined;
  nonce: string | undefined;
  offline: boolean;
  consentShown: boolean;
  issuedAt: number;
  burnt: boolean;
}

export interface AccessToken {
  clientId: string;
  email: string;
  scopes: string[];
  offline: boolean;
  expiresAt: number;
}

export interface RefreshToken {
  clientId: string;
  email: string;
  scopes: string[];
  issuedAt: number;
  lastUsedAt: number;
  expiresAt: number | undefined;
}

export interface SyncPoint {
  calendarId: string;
  revision: number;
  generation: number;
  issuedAt: number;
  fixed: Record<string, string[]>;
}

export interface Page {
  calendarId: string;
  fingerprint: string;
  rows: PageRow[];
  offset: number;
  emptyLeft: number;
  revision: number;
  fixed: Record<string, string[]>;
}

/** `shown` false: the row is counted by paging but hidden from the answer, as deleted events are. */
export interface PageRow {
  shown: boolean;
  item: Json;
}

/** All state of one stand-in. Everything else is functions over it. */
export interface World {
  now: () => number;
  discovery: Discovery;
  key: SigningKey;
  switches: Switches;
  faults: FaultList;
  clients: Map<string, Client>;
  accounts: Map<string, Account>;
  calendars: Map<string, StoredCalendar>;
  /** What an account has granted to a project: key `project account`. */
  grants: Map<string, Set<string>>;
  codes: Map<string, IssuedCode>;
  accessTokens: Map<string, AccessToken>;
  refreshTokens: Map<string, RefreshToken>;
  syncTokens: Map<string, SyncPoint>;
  pages: Map<string, Page>;
  mails: Mail[];
  guestCopies: GuestCopy[];
  requests: LoggedRequest[];
  unknownFields: string[];
  calls: { at: number; email: string; project: string }[];
  quota: Map<string, { invitations: number; blockedUntil: number }>;
  lastEtag: number;
}

export function createWorld(parts: { now: () => number; discovery: Discovery; key: SigningKey }): World {
  return {
    ...parts,
    switches: defaultSwitches(),
    faults: createFaults(),
    clients: new Map(),
    accounts: new Map(),
    calendars: new Map(),
    grants: new Map(),
    codes: new Map(),
    accessTokens: new Map(),
    refreshTokens: new Map(),
    syncTokens: new Map(),
    pages: new Map(),
    mails: [],
    guestCopies: [],
    requests: [],
    unknownFields: [],
    calls: [],
    quota: new Map(),
    lastEtag: 0,
  };
}

/** Back to an empty service; arrays and objects handed out before stay the same objects. */
export function resetWorld(world: World): void {
  Object.assign(world.switches, defaultSwitches());
  world.faults.clear();
  for (const value of Object.values(world)) {
    if (value instanceof Map) value.clear();
    else if (Array.isArray(value)) value.length = 0;
  }
}

/** Quoted digits that only ever grow, about twice the microseconds of the clock, as the real ones are. */
export function nextEtag(world: World): string {
  world.lastEtag = Math.max(world.lastEtag + 2, Math.floor(world.now()) * 2000);
  return `"${world.lastEtag}"`;
}

export function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

/** Opaque, base64 with '=' padding: callers must url-encode it. */
export function opaqueToken(): string {
  return `${Buffer.concat([Buffer.from('C0'), randomBytes(18)]).toString('base64')}`;
}

export function accountOf(world: World, email: string): Account {
  const account = world.accounts.get(email.toLowerCase());
  if (!account) throw new Error(`the stand-in knows no account ${email}; call addAccount first`);
  return account;
}

export function calendarOf(world: World, id: string): StoredCalendar {
  const calendar = world.calendars.get(id.toLowerCase());
  if (!calendar) throw new Error(`the stand-in knows no calendar ${id}; call addAccount or addCalendar first`);
  return calendar;
}
