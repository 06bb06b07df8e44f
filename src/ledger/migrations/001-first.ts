/** Times are milliseconds since the epoch; `occurrence` is '' for the meeting or the series itself. */
export const first = `
CREATE TABLE devices (
  device TEXT PRIMARY KEY,
  identity TEXT,
  identity_payload TEXT,
  availability TEXT NOT NULL DEFAULT 'unknown',
  last_seen INTEGER
) STRICT;

CREATE TABLE seen (
  device TEXT NOT NULL,
  source TEXT NOT NULL,
  event_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (device, source, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_by_age ON seen (at);

CREATE TABLE meetings (
  device TEXT NOT NULL,
  uid TEXT NOT NULL,
  withdrawn_through INTEGER NOT NULL DEFAULT -1,
  version INTEGER NOT NULL DEFAULT 0,
  sequence INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'pending',
  error TEXT,
  error_code TEXT,
  warnings TEXT NOT NULL DEFAULT '[]',
  occurrence_results TEXT NOT NULL DEFAULT '[]',
  attempt INTEGER NOT NULL DEFAULT 0,
  due_at INTEGER,
  lease_owner TEXT,
  lease_until INTEGER,
  subject TEXT NOT NULL DEFAULT '',
  time_zone TEXT NOT NULL DEFAULT '',
  start_local TEXT,
  end_local TEXT,
  starts_at INTEGER,
  ends_at INTEGER,
  recurring INTEGER NOT NULL DEFAULT 0,
  html_link TEXT,
  open_since INTEGER,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (device, uid)
) STRICT;
CREATE INDEX meetings_due ON meetings (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX meetings_open ON meetings (state, error_code, open_since);
CREATE INDEX meetings_by_time ON meetings (starts_at);

CREATE TABLE desired (
  device TEXT NOT NULL,
  uid TEXT NOT NULL,
  occurrence TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  cancelled INTEGER NOT NULL,
  content_hash TEXT NOT NULL,
  meeting TEXT,
  warnings TEXT NOT NULL,
  PRIMARY KEY (device, uid, occurrence)
) STRICT, WITHOUT ROWID;

CREATE TABLE recorded (
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
  PRIMARY KEY (device, uid, occurrence)
) STRICT, WITHOUT ROWID;

CREATE TABLE results (
  device TEXT NOT NULL,
  uid TEXT NOT NULL,
  payload TEXT NOT NULL,
  revision INTEGER NOT NULL,
  published INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (device, uid)
) STRICT;
CREATE INDEX results_to_publish ON results (published) WHERE published = 0;

CREATE TABLE parked (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  device TEXT,
  message TEXT NOT NULL,
  published INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX parked_to_publish ON parked (published) WHERE published = 0;

CREATE TABLE retained (
  topic TEXT PRIMARY KEY,
  payload TEXT NOT NULL
) STRICT;

CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  device TEXT NOT NULL,
  uid TEXT NOT NULL,
  at INTEGER NOT NULL,
  action TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
CREATE INDEX history_by_meeting ON history (device, uid, id);

CREATE TABLE activity (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
) STRICT;
`;
