/**
 * Which account is in use, and what was decided about the entries of earlier ones: `kept` as they are, or `left`, where
 * coming meetings are made anew. `left_behind`: the entries that nobody can change any more.
 */
export const accounts = `
CREATE TABLE accounts (
  account TEXT PRIMARY KEY,
  address TEXT NOT NULL,
  standing TEXT NOT NULL
) STRICT;

CREATE TABLE left_behind (
  device TEXT NOT NULL,
  uid TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  account TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (device, uid, calendar_id, event_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX recorded_by_account ON recorded (account, occurrence);
`;
