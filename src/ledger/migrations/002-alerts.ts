/**
 * What the recipients of an alert channel know of a problem. Here and not among the settings: it changes by itself, one
 * row at a time, and must not push a person's earlier settings out of their backup file.
 */
export const alerts = `
CREATE TABLE alerts (
  channel TEXT NOT NULL,
  problem TEXT NOT NULL,
  told TEXT NOT NULL,
  opened_at INTEGER,
  opening TEXT,
  pending TEXT,
  snapshot TEXT NOT NULL,
  PRIMARY KEY (channel, problem)
) STRICT, WITHOUT ROWID;
`;
