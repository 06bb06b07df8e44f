import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AlertMemory, Clock, Ledger, Outcome } from '../sync/ports.ts';
import * as accounts from './accounts.ts';
import * as activity from './activity.ts';
import { alerts, forgetAlerts, saveAlert } from './alerts.ts';
import { Database } from './database.ts';
import { Erasure } from './erasure.ts';
import * as intake from './intake.ts';
import * as keeping from './keeping.ts';
import * as outbox from './outbox.ts';
import * as queries from './queries.ts';
import { confirmRemovals, removalFigures } from './removals.ts';
import * as retaking from './retaking.ts';
import { recordOf, summaryOf, text } from './rows.ts';

export interface OpenLedger extends Ledger, AlertMemory, AsyncDisposable {}

/** The ledger in one SQLite file. Raises `ledger-damaged`, `ledger-newer`, `ledger-unavailable`. */
export function openLedger(options: { file: string; clock: Clock }): OpenLedger {
  const { file, clock } = options;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new Database(file);
  const erasure = new Erasure(db, file);
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

    // A crash ends the leases with their owner: what it takes back is no loss.
    claim: (limit, leaseMs, owner) => db.writeSoon(() => outbox.claim(db, { limit, ms: leaseMs, owner, now: clock() })),
    intend: (key, recorded) => db.write(() => outbox.saveRecorded(db, key, erasure.ofRecorded(key, recorded))),
    settle(outcome) {
      let erased: Outcome | null = null;
      return db.write(() => {
        // Once: it ends what was under way, and a write may be done a second time.
        erased ??= erasure.ofOutcome(outcome);
        outbox.settle(db, erased, clock);
      });
    },
    giveBack: (key) =>
      db.writeSoon(() => {
        db.run(
          'UPDATE meetings SET lease_owner = NULL, lease_until = NULL WHERE device = ? AND uid = ?',
          key.device,
          key.uid,
        );
      }),
    releaseLeases: (owner) =>
      db.write(() => {
        db.run(
          'UPDATE meetings SET lease_owner = NULL, lease_until = NULL WHERE lease_owner IS NOT NULL AND lease_owner <> ?',
          owner,
        );
      }),
    hasten: (bounds) => db.write(() => outbox.hasten(db, bounds, clock())),
    wake: (which) => db.write(() => outbox.wake(db, which, clock())),
    coming: async (cursor) => retaking.coming(db, cursor, clock()),
    retake: (taking, cursor) => db.write(() => retaking.retake(db, taking, { cursor, now: clock() })),
    keepSelection: (selection) => db.write(() => retaking.keepSelection(db, selection)),
    removals: async (small) => removalFigures(db, small, clock()),
    invited: async () =>
      db
        .all('SELECT at, guests FROM invitations ORDER BY at')
        .map((row) => ({ at: Number(row['at']), guests: Number(row['guests']) })),
    useAccount: (account) => db.write(() => accounts.useAccount(db, account)),
    entriesBefore: async (sub) => accounts.entriesBefore(db, sub, clock()),
    confirmRemovals: () => db.write(() => confirmRemovals(db, clock())),
    nextDueAt: async () =>
      db.get<{ at: number }>(
        `SELECT due_at AS at FROM meetings WHERE due_at IS NOT NULL AND lease_until IS NULL AND unconfirmed = 0
         ORDER BY due_at LIMIT 1`,
      )?.at ?? null,

    unpublishedResults: async (limit) =>
      db.all("SELECT * FROM results WHERE published = 0 ORDER BY payload = '' LIMIT ?", limit).map((row) => ({
        device: String(row['device']),
        uid: String(row['uid']),
        payload: String(row['payload']),
        revision: Number(row['revision']),
      })),
    unpublished: async () => Number(db.get<{ n: number }>('SELECT count(*) AS n FROM results WHERE published = 0')?.n),
    // Published once more after a crash: the same result, retained under the same topic.
    resultPublished: (result) =>
      db.writeSoon(() => {
        const key = [result.device, result.uid, result.revision] as const;
        // An emptied one is done with: the broker holds nothing any more, and nor does the ledger.
        const sql = result.payload === '' ? 'DELETE FROM results' : 'UPDATE results SET published = 1';
        db.run(`${sql} WHERE device = ? AND uid = ? AND revision = ?`, ...key);
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
    publishResultsAgain: () =>
      db.write(() => {
        db.run('UPDATE results SET published = 0, revision = revision + 1');
      }),
    results: async () =>
      db.all("SELECT device, uid, payload FROM results WHERE payload <> ''").map((row) => ({
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
        result: text(result?.['payload']) || null,
      };
    },
    meetings: async (query) => queries.meetings(db, query),
    queue: async () => queries.queue(db),
    parked: async (query) => queries.parked(db, query),
    note: (item) => db.write(() => activity.note(db, item, clock())),
    activity: async (query) => activity.activity(db, query),
    activityNames: async () => activity.activityNames(db),
    tokenUsed: (id, address) =>
      db.writeSoon(() => {
        db.run(
          `INSERT INTO token_uses (id, at, address) VALUES (?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET at = excluded.at, address = excluded.address`,
          id,
          clock(),
          address,
        );
      }),
    tokenUses: async () =>
      new Map(
        db
          .all('SELECT * FROM token_uses')
          .map((row) => [String(row['id']), { at: Number(row['at']), address: String(row['address']) }]),
      ),
    forgetTokenUse: (id) =>
      db.write(() => {
        db.run('DELETE FROM token_uses WHERE id = ?', id);
      }),
    purge: async (limits) => {
      const now = clock();
      const purged = await db.write(() => {
        forgetAlerts(db, now);
        return keeping.purge(db, limits, now);
      });
      const more = Object.values(purged).some((count) => count > 0) || keeping.tidy(db, file, now) > 0;
      return { purged, more };
    },
    erase: async (email, cursor) => {
      const step = await db.write(() => erasure.step(email, cursor, clock()));
      if (step.next === null) erasure.wipe();
      return step;
    },
    alerts: async () => alerts(db),
    saveAlert: (record) => db.write(() => saveAlert(db, record)),
    async [Symbol.asyncDispose]() {
      db.close();
    },
  };
}
