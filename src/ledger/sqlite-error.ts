/** Result codes of SQLite, https://www.sqlite.org/rescode.html. */
const BUSY = 5;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
/** IOERR_SHORT_READ: the file ends before it should. */
const SHORT_READ = 522;

function resultCode(error: unknown): number {
  const code = typeof error === 'object' && error !== null && 'errcode' in error ? error.errcode : null;
  return typeof code === 'number' ? code : 0;
}

/** The content is wrong; room on the disk or other rights would not help. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === SHORT_READ || [CORRUPT, NOT_A_DATABASE].includes(code & 0xff);
}

export function isBusy(error: unknown): boolean {
  return (resultCode(error) & 0xff) === BUSY;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
