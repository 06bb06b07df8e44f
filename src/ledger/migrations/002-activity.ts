/** From which address something was asked for; and when each API token was last used, by the token's id. */
export const activity = `
ALTER TABLE activity ADD COLUMN address TEXT;

CREATE TABLE token_uses (
  id TEXT PRIMARY KEY,
  at INTEGER NOT NULL,
  address TEXT NOT NULL
) STRICT;
`;
