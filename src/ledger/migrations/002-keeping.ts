/**
 * What retention needs: from when on a meeting counts as over. Where only the wall clock of an end is known, it is
 * taken twelve hours later, as nowhere on earth does a day end after that.
 */
export const keeping = `
ALTER TABLE desired ADD COLUMN ends_at INTEGER;
ALTER TABLE meetings ADD COLUMN over_at INTEGER;
ALTER TABLE results ADD COLUMN over_at INTEGER;
ALTER TABLE meetings ADD COLUMN unconfirmed INTEGER NOT NULL DEFAULT 0;

UPDATE desired SET ends_at = coalesce(
  CASE WHEN occurrence = '' THEN
    (SELECT m.ends_at FROM meetings m WHERE m.device = desired.device AND m.uid = desired.uid) END,
  CASE WHEN json_extract(meeting, '$.recurrence') IS NULL THEN
    unixepoch(json_extract(meeting, '$.end')) * 1000 + 43200000 END)
WHERE meeting IS NOT NULL;

UPDATE meetings SET over_at = (
  SELECT CASE
    WHEN main.cancelled THEN coalesce(meetings.ends_at, meetings.updated_at)
    WHEN main.ends_at IS NULL THEN NULL
    ELSE (SELECT max(d.ends_at) FROM desired d WHERE d.device = main.device AND d.uid = main.uid) END
  FROM desired main WHERE main.device = meetings.device AND main.uid = meetings.uid AND main.occurrence = '');

UPDATE results SET over_at = (
  SELECT m.over_at FROM meetings m
  WHERE m.device = results.device AND m.uid = results.uid AND m.state NOT IN ('pending', 'held'));

DROP INDEX results_to_publish;
CREATE INDEX results_to_publish ON results (payload = '') WHERE published = 0;
CREATE INDEX results_over ON results (over_at) WHERE over_at IS NOT NULL;
CREATE INDEX meetings_over ON meetings (over_at) WHERE over_at IS NOT NULL;
CREATE INDEX history_by_age ON history (at);
CREATE INDEX activity_by_age ON activity (at);
`;
