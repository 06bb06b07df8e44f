/** Guests newly invited, for the cap per hour; rows older than an hour mean nothing. */
export const invitations = `
CREATE TABLE invitations (
  at INTEGER NOT NULL,
  guests INTEGER NOT NULL
) STRICT;
CREATE INDEX invitations_by_age ON invitations (at);
`;
