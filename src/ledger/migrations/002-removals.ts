/** `removal`: how far the removal of the entry has come; `correlation`: the id of the newest event that was taken. */
export const removals = `
ALTER TABLE meetings ADD COLUMN removal TEXT;
ALTER TABLE meetings ADD COLUMN removal_at INTEGER;
ALTER TABLE meetings ADD COLUMN correlation TEXT;
CREATE INDEX meetings_by_removal ON meetings (removal, removal_at) WHERE removal IS NOT NULL;
CREATE INDEX meetings_by_end ON meetings (ends_at);
`;
