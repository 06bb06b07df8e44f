import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AlertMemory, Clock, Ledger } from '../sync/ports.ts';
import { alerts, forgetAlerts, saveAlert } from './alerts.ts';
import { Database } from './database.ts';
import * as intake from './intake.ts';
import * as outbox from './outbox.ts';
import * as queries from './queries.ts';
import { recordOf, summaryOf, text } from './rows.ts';

const SEEN_MS = 30 * 24 * 3_600_000;

export interface OpenLedger extends Ledger, AlertMemory, AsyncDisposable {
  /** Lets go of what is too old to matter: message ids after 30 days, alerts of problems long over. */
  maintain(): Promise<void>;
}

/** The ledger in one SQLite file. Raises `ledger-damaged`, `ledger-newer`, `ledger-unavailable`. */
export function openLedger(options: { file: string; clock: Clock }): OpenLedger {
  const { file, clock } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new Database(file);
  return {
    accept: (event) => db.write(() => intake.accept(db, event, clock)),
    park: (message) => db.write(() => intake.park(db, message)),
    seeDevice: (device, change) =>
      db.write(() => {
        db.run('INSERT INTO devices (device) VALUES (?) ON CONFLICT DO NOTHING', device);
        db.run(
          `UPDATE devices SET identity = coalesce(?, identity), identity_payload = coalesce(?, identity_payload),
             availability = coalesce(?, availability), last_seen = ? WHERE device = ?`,
          change.identity === undefined ? null : JSON.stringify(change.identity),
          change.identityPayload ?? null,
          change.availability ?? null,
          clock(),
          device,
        );
      }),
    devices: async () => queries.devices(db),

    claim: (limit, leaseMs, owner) => db.write(() => outbox.claim(db, { limit, ms: leaseMs, owner, now: clock() })),
    intend: (key, recorded) => db.write(() => outbox.saveRecorded(db, key, recorded)),
    settle: (outcome) => db.write(() => outbox.settle(db, outcome, clock)),
    releaseLeases: (owner) =>
      db.write(() => {
        db.run(
          'UPDATE meetings SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL AND lease_owner <> ?',
          owner,
        );
      }),
    wake: (which) => db.write(() => outbox.wake(db, which, clock())),
    nextDueAt: async () =>
      db.get<{ at: number | null }>(
        'SELECT min(max(due_at, coalesce(lease_until, 0))) AS at FROM meetings WHERE due_at IS NOT NULL',
      )?.at ?? null,

    unpublishedResults: async (limit) =>
      db.all('SELECT * FROM results WHERE published = 0 LIMIT ?', limit).map((row) => ({
        device: String(row['device']),
        uid: String(row['uid']),
        payload: String(row['payload']),
        revision: Number(row['revision']),
      })),
    resultPublished: (result) =>
      db.write(() => {
        db.run(
          'UPDATE results SET published = 1 WHERE device = ? AND uid = ? AND revision = ?',
          result.device,
          result.uid,
          result.revision,
        );
      }),
    unpublishedRejections: async (limit) =>
      db.all('SELECT * FROM parked WHERE published = 0 ORDER BY id LIMIT ?', limit).map((row) => ({
        id: Number(row['id']),
        device: text(row['device']),
        payload: String(row['message']),
      })),
    rejectionPublished: (id) =>
      db.write(() => {
        db.run('UPDATE parked SET published = 1 WHERE id = ?', id);
      }),
    results: async () =>
      db.all('SELECT device, uid, payload FROM results').map((row) => ({
        device: String(row['device']),
        uid: String(row['uid']),
        payload: String(row['payload']),
      })),
    retained: async () =>
      db
        .all('SELECT topic, payload FROM retained')
        .map((row) => ({ topic: String(row['topic']), payload: String(row['payload']) })),
    keepRetained: (topic, payload) =>
      db.write(() => {
        db.run(
          'INSERT INTO retained (topic, payload) VALUES (?, ?) ON CONFLICT (topic) DO UPDATE SET payload = excluded.payload',
          topic,
          payload,
        );
      }),

    meeting: async (key) => {
      const row = db.get('SELECT * FROM meetings WHERE device = ? AND uid = ?', key.device, key.uid);
      if (row === null) return null;
      const result = db.get('SELECT payload FROM results WHERE device = ? AND uid = ?', key.device, key.uid);
      return {
        ...recordOf(db, row),
        summary: summaryOf(row),
        history: queries.history(db, key.device, key.uid),
        result: text(result?.['payload']),
      };
    },
    meetings: async (query) => queries.meetings(db, query),
    queue: async () => queries.queue(db),
    parked: async (query) => queries.parked(db, query),
    note: (item) =>
      db.write(() => {
        db.run(
          'INSERT INTO activity (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)',
          clock(),
          item.actor,
          item.action,
          item.subject,
          item.detail,
        );
      }),
    activity: async (query) => queries.activity(db, query),
    alerts: async () => alerts(db),
    saveAlert: (record) => db.write(() => saveAlert(db, record)),
    maintain: () =>
      db.write(() => {
        db.run('DELETE FROM seen WHERE at < ?', clock() - SEEN_MS);
        forgetAlerts(db, clock());
      }),
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}
