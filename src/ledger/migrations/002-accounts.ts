/**
 * Which account is in use, and what was decided about the entries of earlier ones: `kept` as they are, or `left`, where
 * coming meetings are made anew. `left_behind`: entries that nobody can change until their account is in use again.
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
  occurrence TEXT NOT NULL,
  account TEXT NOT NULL,
  calendar_id TEXT NOT NULL,
  event_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  state TEXT NOT NULL,
  etag TEXT,
  html_link TEXT,
  sequence INTEGER NOT NULL,
  entry TEXT,
  PRIMARY KEY (device, uid, account, occurrence)
) STRICT, WITHOUT ROWID;

CREATE INDEX recorded_by_account ON recorded (account, occurrence);
`;
