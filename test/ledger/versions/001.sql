-- A ledger of version 1 as the agent of that version wrote it: schema and data.
BEGIN;
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
INSERT INTO devices (device, identity, identity_payload, availability, last_seen) VALUES ('c074ad123456', '{"modelRaw":"UCM6304A","model":"UCM6304A","hardware":"V1.6A","firmwareRaw":"1.0.25.7","firmware":"1.0.25.7","serial":null,"mac":null,"name":"Head office","timeZone":"Europe/Paris","capabilities":["resync","poll"]}', '{"model":"UCM6304A","firmware":"1.0.25.7","hardware":"V1.6A","name":"Head office","timeZone":"Europe/Paris","capabilities":["resync","poll"]}', 'online', 1772438400000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'series-0-scheduled-', 1772438400000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'single-0-scheduled-', 1772438400000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'cancelled-0-scheduled-', 1772438401000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'device-zone-0-scheduled-', 1772438401000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'endless-0-scheduled-', 1772438401000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'held-0-scheduled-', 1772438401000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'pending-0-scheduled-', 1772438401000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'series-1-updated-2026-03-23T10:00:00', 1772438401000);
INSERT INTO seen (device, source, event_id, at) VALUES ('c074ad123456', '/pbx/c074ad123456', 'cancelled-1', 1772438403000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'single', -1, 1, 0, 'synced', NULL, NULL, '[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}]', '[]', 0, NULL, NULL, NULL, 'Weekly_Meeting', '(UTC+01:00) Etc/GMT-1', '2026-03-09T10:00:00', '2026-03-09T11:00:00', 1773046800000, 1773050400000, 0, 'https://www.google.com/calendar/event?eid=995c7342', NULL, 1772438402000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'series', -1, 2, 1, 'synced', NULL, NULL, '[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."},{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}]', '[]', 0, NULL, NULL, NULL, 'Weekly_Meeting', '(UTC+01:00) Etc/GMT-1', '2026-03-09T10:00:00', '2026-03-09T11:00:00', 1773046800000, 1774260000000, 1, 'https://www.google.com/calendar/event?eid=94dc68ee', NULL, 1772438402000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'endless', -1, 1, 0, 'synced', NULL, NULL, '[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}]', '[]', 0, NULL, NULL, NULL, 'Weekly_Meeting', '(UTC+01:00) Etc/GMT-1', '2026-03-09T10:00:00', '2026-03-09T11:00:00', 1773046800000, NULL, 1, 'https://www.google.com/calendar/event?eid=92c8eb69', NULL, 1772438402000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'cancelled', 1, 2, 1, 'cancelled', NULL, NULL, '[]', '[]', 0, NULL, NULL, NULL, 'Weekly_Meeting', '(UTC+01:00) Etc/GMT-1', '2026-03-09T10:00:00', '2026-03-09T11:00:00', 1773046800000, NULL, 1, 'https://www.google.com/calendar/event?eid=cc3f3ef5', NULL, 1772438403000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'device-zone', -1, 1, 0, 'synced', NULL, NULL, '[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}]', '[]', 0, NULL, NULL, NULL, 'Weekly_Meeting', '', '2026-03-09T10:00:00', '2026-03-09T11:00:00', NULL, NULL, 0, 'https://www.google.com/calendar/event?eid=2c9adf48', NULL, 1772438402000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'held', -1, 1, 0, 'held', '{"code":"zone-unknown","title":"The time zone is not known","fix":"Set the time zone of the meeting on the PBX, or the time zone of the device.","link":null,"retryable":true}', 'zone-unknown', '[]', '[]', 0, NULL, NULL, NULL, 'Weekly_Meeting', 'Moon/Crater', '2026-03-09T10:00:00', '2026-03-09T11:00:00', NULL, NULL, 0, NULL, 1772438401000, 1772438402000);
INSERT INTO meetings (device, uid, withdrawn_through, version, sequence, state, error, error_code, warnings, occurrence_results, attempt, due_at, lease_owner, lease_until, subject, time_zone, start_local, end_local, starts_at, ends_at, recurring, html_link, open_since, updated_at) VALUES ('c074ad123456', 'pending', -1, 1, 0, 'pending', NULL, NULL, '[]', '[]', 0, 1772438401000, 'one', 1772438462000, 'Weekly_Meeting', '(UTC+01:00) Etc/GMT-1', '2026-03-09T10:00:00', '2026-03-09T11:00:00', 1773046800000, 1773050400000, 0, NULL, 1772438401000, 1772438401000);
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'cancelled', '', 1, 1, 'd94613877de59a3a0b3717d90975186f4eec3b2ea86e58be2ae86012529b845d', NULL, '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'device-zone', '', 0, 0, '75d5b278c86b02e8540ae45bd4c99e2b12ec703d23416f44b8f31bf11a24d176', '{"uid":"device-zone","sequence":0,"subject":"Weekly_Meeting","start":"2026-03-09T10:00:00","end":"2026-03-09T11:00:00","timeZone":"","recurrence":null,"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}', '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'endless', '', 0, 0, 'cd2bc5d95b83f1ea976744af7cebfecf6a3ac7f16bac648732b28e5f198c079a', '{"uid":"endless","sequence":0,"subject":"Weekly_Meeting","start":"2026-03-09T10:00:00","end":"2026-03-09T11:00:00","timeZone":"(UTC+01:00) Etc/GMT-1","recurrence":{"rrule":"FREQ=DAILY","excluded":[]},"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}', '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'held', '', 0, 0, 'bee77d24d239c8137a2d85c73e60e98c7bb6dc9233a22dbd4da78d2320105b5f', '{"uid":"held","sequence":0,"subject":"Weekly_Meeting","start":"2026-03-09T10:00:00","end":"2026-03-09T11:00:00","timeZone":"Moon/Crater","recurrence":null,"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}', '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'pending', '', 0, 0, 'fd4c75adf227af37f64d815044f794ec9698c758546f8d7cd3b533341259bd98', '{"uid":"pending","sequence":0,"subject":"Weekly_Meeting","start":"2026-03-09T10:00:00","end":"2026-03-09T11:00:00","timeZone":"(UTC+01:00) Etc/GMT-1","recurrence":null,"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}', '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'series', '', 0, 0, '78eec6663bc5e8ca61f68ec6342d90c34daf2065bf00c6ee6c3c1b988d495e5f', '{"uid":"series","sequence":0,"subject":"Weekly_Meeting","start":"2026-03-09T10:00:00","end":"2026-03-09T11:00:00","timeZone":"(UTC+01:00) Etc/GMT-1","recurrence":{"rrule":"FREQ=WEEKLY;COUNT=3","excluded":[]},"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}', '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'series', '2026-03-23T10:00:00', 1, 0, '19b89f47a5e59e4c227eef232888e5d1a6cdccaad4f1b212b473b7d6d4faced6', '{"uid":"series","sequence":1,"subject":"Weekly_Meeting","start":"2026-03-26T10:00:00","end":"2026-03-26T11:00:00","timeZone":"(UTC+01:00) Etc/GMT-1","recurrence":null,"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}', '[]');
INSERT INTO desired (device, uid, occurrence, sequence, cancelled, content_hash, meeting, warnings) VALUES ('c074ad123456', 'single', '', 0, 0, '91df73502ce748ea517bede44d5572f5edbc907104beed239301beb88d2b269f', '{"uid":"single","sequence":0,"subject":"Weekly_Meeting","start":"2026-03-09T10:00:00","end":"2026-03-09T11:00:00","timeZone":"(UTC+01:00) Etc/GMT-1","recurrence":null,"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"482913","emailReminderMinutes":60,"agenda":"Questions to jane.roe@EXAMPLE.com.","syncToGoogleCalendar":true}', '[]');
INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry) VALUES ('c074ad123456', 'cancelled', '', '1001', 'arthur.morgan@mycompanyabc.com', 'cc3f3ef508b026d9ab451b25e924b7c4b12b585d', 0, 'removed', NULL, 'https://www.google.com/calendar/event?eid=cc3f3ef5', 0, '{"summary":"Weekly_Meeting","description":"Meeting room: 6500\nPassword: 482913","location":"6500","start":{"local":"2026-03-09T10:00:00","zone":"Etc/GMT-1","offset":null},"end":{"local":"2026-03-09T11:00:00","zone":"Etc/GMT-1","offset":null},"recurrence":["RRULE:FREQ=DAILY"],"guests":[{"email":"Jane.Roe@example.com","displayName":"Jane Roe"},{"email":"guest@example.net","displayName":"Guest"}],"reminders":[{"method":"email","minutes":60}],"visibility":"default","marker":{"pbxDevice":"c074ad123456","pbxMeeting":"cancelled","pbxSequence":"0","pbxAgent":"agent"}}');
INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry) VALUES ('c074ad123456', 'device-zone', '', '1001', 'arthur.morgan@mycompanyabc.com', '2c9adf489c2c6336fb1dd846d690132a503cd0d0', 0, 'live', '"3180000000000001"', 'https://www.google.com/calendar/event?eid=2c9adf48', 0, '{"summary":"Weekly_Meeting","description":"Meeting room: 6500\nPassword: 482913","location":"6500","start":{"local":"2026-03-09T10:00:00","zone":"Europe/Paris","offset":"+01:00"},"end":{"local":"2026-03-09T11:00:00","zone":"Europe/Paris","offset":"+01:00"},"recurrence":[],"guests":[{"email":"Jane.Roe@example.com","displayName":"Jane Roe"},{"email":"guest@example.net","displayName":"Guest"}],"reminders":[{"method":"email","minutes":60}],"visibility":"default","marker":{"pbxDevice":"c074ad123456","pbxMeeting":"device-zone","pbxSequence":"0","pbxAgent":"agent"}}');
INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry) VALUES ('c074ad123456', 'endless', '', '1001', 'arthur.morgan@mycompanyabc.com', '92c8eb6969012b2dd085b138228c2e3d7cef3d5b', 0, 'live', '"3180000000000001"', 'https://www.google.com/calendar/event?eid=92c8eb69', 0, '{"summary":"Weekly_Meeting","description":"Meeting room: 6500\nPassword: 482913","location":"6500","start":{"local":"2026-03-09T10:00:00","zone":"Etc/GMT-1","offset":null},"end":{"local":"2026-03-09T11:00:00","zone":"Etc/GMT-1","offset":null},"recurrence":["RRULE:FREQ=DAILY"],"guests":[{"email":"Jane.Roe@example.com","displayName":"Jane Roe"},{"email":"guest@example.net","displayName":"Guest"}],"reminders":[{"method":"email","minutes":60}],"visibility":"default","marker":{"pbxDevice":"c074ad123456","pbxMeeting":"endless","pbxSequence":"0","pbxAgent":"agent"}}');
INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry) VALUES ('c074ad123456', 'series', '', '1001', 'arthur.morgan@mycompanyabc.com', '94dc68ee338b0cfc7929cc3347dd1d5cada15a73', 0, 'live', '"3180000000000001"', 'https://www.google.com/calendar/event?eid=94dc68ee', 0, '{"summary":"Weekly_Meeting","description":"Meeting room: 6500\nPassword: 482913","location":"6500","start":{"local":"2026-03-09T10:00:00","zone":"Etc/GMT-1","offset":null},"end":{"local":"2026-03-09T11:00:00","zone":"Etc/GMT-1","offset":null},"recurrence":["RRULE:FREQ=WEEKLY;COUNT=3"],"guests":[{"email":"Jane.Roe@example.com","displayName":"Jane Roe"},{"email":"guest@example.net","displayName":"Guest"}],"reminders":[{"method":"email","minutes":60}],"visibility":"default","marker":{"pbxDevice":"c074ad123456","pbxMeeting":"series","pbxSequence":"0","pbxAgent":"agent"}}');
INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry) VALUES ('c074ad123456', 'series', '2026-03-23T10:00:00', '1001', 'arthur.morgan@mycompanyabc.com', '94dc68ee338b0cfc7929cc3347dd1d5cada15a73_20260323T090000Z', 0, 'live', '"3180000000000002"', 'https://www.google.com/calendar/event?eid=94dc68ee', 1, '{"summary":"Weekly_Meeting","description":"Meeting room: 6500\nPassword: 482913","location":"6500","start":{"local":"2026-03-26T10:00:00","zone":"Etc/GMT-1","offset":"+01:00"},"end":{"local":"2026-03-26T11:00:00","zone":"Etc/GMT-1","offset":"+01:00"},"recurrence":[],"guests":[{"email":"Jane.Roe@example.com","displayName":"Jane Roe"},{"email":"guest@example.net","displayName":"Guest"}],"reminders":[{"method":"email","minutes":60}],"visibility":"default","marker":{"pbxDevice":"c074ad123456","pbxMeeting":"series","pbxSequence":"1","pbxAgent":"agent"}}');
INSERT INTO recorded (device, uid, occurrence, account, calendar_id, event_id, generation, state, etag, html_link, sequence, entry) VALUES ('c074ad123456', 'single', '', '1001', 'arthur.morgan@mycompanyabc.com', '995c73426e152f56d80effb46b9695f9f65dca0b', 0, 'live', '"3180000000000001"', 'https://www.google.com/calendar/event?eid=995c7342', 0, '{"summary":"Weekly_Meeting","description":"Questions to jane.roe@EXAMPLE.com.\n\nMeeting room: 6500\nPassword: 482913","location":"6500","start":{"local":"2026-03-09T10:00:00","zone":"Etc/GMT-1","offset":"+01:00"},"end":{"local":"2026-03-09T11:00:00","zone":"Etc/GMT-1","offset":"+01:00"},"recurrence":[],"guests":[{"email":"Jane.Roe@example.com","displayName":"Jane Roe"},{"email":"guest@example.net","displayName":"Guest"}],"reminders":[{"method":"email","minutes":60}],"visibility":"default","marker":{"pbxDevice":"c074ad123456","pbxMeeting":"single","pbxSequence":"0","pbxAgent":"agent"}}');
INSERT INTO results (device, uid, payload, revision, published) VALUES ('c074ad123456', 'single', '{"uid":"single","sequence":0,"state":"synced","account":"default","calendarId":"arthur.morgan@mycompanyabc.com","eventId":"995c73426e152f56d80effb46b9695f9f65dca0b","htmlLink":"https://www.google.com/calendar/event?eid=995c7342","warnings":[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}],"error":null,"occurrences":[],"attempt":0,"nextAttemptAt":null,"at":"2026-03-02T08:00:02.000Z"}', 1, 1);
INSERT INTO results (device, uid, payload, revision, published) VALUES ('c074ad123456', 'series', '{"uid":"series","sequence":0,"state":"synced","account":"default","calendarId":"arthur.morgan@mycompanyabc.com","eventId":"94dc68ee338b0cfc7929cc3347dd1d5cada15a73","htmlLink":"https://www.google.com/calendar/event?eid=94dc68ee","warnings":[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."},{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}],"error":null,"occurrences":[],"attempt":0,"nextAttemptAt":null,"at":"2026-03-02T08:00:02.000Z"}', 1, 1);
INSERT INTO results (device, uid, payload, revision, published) VALUES ('c074ad123456', 'endless', '{"uid":"endless","sequence":0,"state":"synced","account":"default","calendarId":"arthur.morgan@mycompanyabc.com","eventId":"92c8eb6969012b2dd085b138228c2e3d7cef3d5b","htmlLink":"https://www.google.com/calendar/event?eid=92c8eb69","warnings":[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}],"error":null,"occurrences":[],"attempt":0,"nextAttemptAt":null,"at":"2026-03-02T08:00:02.000Z"}', 1, 1);
INSERT INTO results (device, uid, payload, revision, published) VALUES ('c074ad123456', 'cancelled', '{"uid":"cancelled","sequence":1,"state":"cancelled","account":"default","calendarId":null,"eventId":null,"htmlLink":null,"warnings":[],"error":null,"occurrences":[],"attempt":0,"nextAttemptAt":null,"at":"2026-03-02T08:00:03.000Z"}', 2, 1);
INSERT INTO results (device, uid, payload, revision, published) VALUES ('c074ad123456', 'device-zone', '{"uid":"device-zone","sequence":0,"state":"synced","account":"default","calendarId":"arthur.morgan@mycompanyabc.com","eventId":"2c9adf489c2c6336fb1dd846d690132a503cd0d0","htmlLink":"https://www.google.com/calendar/event?eid=2c9adf48","warnings":[{"code":"invitee-without-address","path":"/data/invitees/1/email","message":"Invitee 1002 has no e-mail address and was not invited."}],"error":null,"occurrences":[],"attempt":0,"nextAttemptAt":null,"at":"2026-03-02T08:00:02.000Z"}', 1, 1);
INSERT INTO results (device, uid, payload, revision, published) VALUES ('c074ad123456', 'held', '{"uid":"held","sequence":0,"state":"held","account":null,"calendarId":null,"eventId":null,"htmlLink":null,"warnings":[],"error":{"code":"zone-unknown","title":"The time zone is not known","fix":"Set the time zone of the meeting on the PBX, or the time zone of the device.","link":null,"retryable":true},"occurrences":[],"attempt":0,"nextAttemptAt":null,"at":"2026-03-02T08:00:02.000Z"}', 1, 0);
INSERT INTO parked (id, device, message, published) VALUES (1, 'c074ad123456', '{"code":"schema","title":"The event lacks something that it must have","errors":[{"path":"/data/start","message":"must be YYYY-MM-DDTHH:mm[:ss] without offset"}],"fix":"Correct the members named under errors and publish the event again.","source":"/pbx/c074ad123456","id":"wrong-0-scheduled-","uid":"wrong","sequence":0,"document":{"specversion":"1.0","id":"wrong-0-scheduled-","source":"/pbx/c074ad123456","type":"pbx.meeting.scheduled.v1","subject":"wrong","time":"2026-03-02T08:00:00Z","datacontenttype":"application/json","data":{"uid":"wrong","sequence":0,"subject":"Weekly_Meeting","start":"tomorrow","end":"2026-03-09T11:00:00","timeZone":"(UTC+01:00) Etc/GMT-1","recurrence":null,"occurrence":null,"host":{"extension":"1000","name":"Arthur Morgan","email":"arthur.morgan@mycompanyabc.com"},"invitees":[{"extension":"1001","name":"Jane Roe","email":"Jane.Roe@example.com"},{"extension":"1002","name":null,"email":null},{"extension":null,"name":"Guest","email":"guest@example.net"}],"room":"6500","publicRoom":false,"joinUrl":null,"password":"***","hostPassword":"***","allowUserInvite":true,"callParticipants":true,"allowHostMuteOverride":true,"autoRecord":"none","emailReminderMinutes":60,"agenda":"","syncToGoogleCalendar":true}},"topic":"pbx/c074ad123456/meetings/scheduled","device":"c074ad123456","at":"2026-03-02T08:00:03.000Z","size":911,"sha256":"cba8bb2ba4146bf11e464c91e46e8d8d6bcc630b1e17e5882fc87f5399208726"}', 0);
INSERT INTO retained (topic, payload) VALUES ('calendar-agent/agent/status', '{"version":"0.1.0"}');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (1, 'c074ad123456', 'single', 1772438400000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (2, 'c074ad123456', 'series', 1772438400000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (3, 'c074ad123456', 'series', 1772438401000, 'updated', 'sequence 1, occurrence 2026-03-23T10:00:00');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (4, 'c074ad123456', 'endless', 1772438401000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (5, 'c074ad123456', 'cancelled', 1772438401000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (6, 'c074ad123456', 'device-zone', 1772438401000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (7, 'c074ad123456', 'held', 1772438401000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (8, 'c074ad123456', 'pending', 1772438401000, 'scheduled', 'sequence 0');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (9, 'c074ad123456', 'single', 1772438402000, 'calendar create', 'the meeting is new');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (10, 'c074ad123456', 'series', 1772438402000, 'calendar create', 'the meeting is new');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (11, 'c074ad123456', 'series', 1772438402000, 'calendar change-occurrence', 'the meeting is new');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (12, 'c074ad123456', 'endless', 1772438402000, 'calendar create', 'the meeting is new');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (13, 'c074ad123456', 'cancelled', 1772438402000, 'calendar create', 'the meeting is new');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (14, 'c074ad123456', 'device-zone', 1772438402000, 'calendar create', 'the meeting is new');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (15, 'c074ad123456', 'cancelled', 1772438403000, 'cancelled', 'sequence 1');
INSERT INTO history (id, device, uid, at, action, detail) VALUES (16, 'c074ad123456', 'cancelled', 1772438403000, 'calendar remove', 'the PBX cancelled the meeting');
INSERT INTO activity (id, at, actor, action, subject, detail) VALUES (1, 1772438403000, 'admin', 'authorized', 'Google', 'arthur.morgan@mycompanyabc.com');
PRAGMA user_version = 1;
COMMIT;
