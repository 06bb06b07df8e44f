import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The token that lets whoever reads the agent's log set the first password. A new one at each start until it is used. */
export async function createSetupToken(dataDir: string): Promise<{ token: string; used(): Promise<void> }> {
  const token = randomBytes(18).toString('base64url');
  const file = join(dataDir, 'setup-token');
  await rm(file, { force: true });
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  return { token, used: () => rm(file, { force: true }) };
}
