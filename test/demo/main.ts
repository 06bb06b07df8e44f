import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAgent } from '../../src/agent.ts';
import { readConfig } from '../../src/config.ts';
import { openLog } from '../../src/log.ts';
import { startGoogle } from '../fakes/google/server.ts';
import { simulatePbx } from './simulated-pbx.ts';

/** The whole story without any account: agent, embedded broker, a stand-in for Google, a simulated PBX, on free ports. */

const PASSWORD = 'demo-password';
const CLIENT = { clientId: '424242-demo.apps.googleusercontent.com', clientSecret: 'GOCSPX-demo-secret-of-no-value' };

process.env['NO_PROXY'] = '127.0.0.1,localhost';
const stopped = new Promise<void>((resolve) => {
  process.on('SIGINT', () => resolve());
  process.on('SIGTERM', () => resolve());
});

{
  await using parts = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'calendar-agent-demo-'));
  parts.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  const google = parts.use(await startGoogle());
  google.switches.showCodePage = true;
  google.addClient({
    clientId: CLIENT.clientId,
    clientSecrets: [CLIENT.clientSecret],
    redirectUris: ['https://ucm.grandstream.com/google'],
  });
  google.addAccount({
    email: 'arthur.morgan@mycompanyabc.com',
    sub: '1001',
    hd: 'mycompanyabc.com',
    timeZone: 'Europe/Berlin',
  });
  google.addCalendar({
    ownerEmail: 'arthur.morgan@mycompanyabc.com',
    summary: 'Meeting rooms',
    timeZone: 'Europe/Berlin',
  });

  const read = readConfig({
    DATA_DIR: dataDir,
    PORT: process.env['PORT'] ?? '0',
    EMBEDDED_BROKER_PORT: '0',
    ADMIN_PASSWORD: PASSWORD,
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
    GOOGLE_AUTHORIZATION_URL: google.authorizationUrl,
    GOOGLE_TOKEN_URL: google.tokenUrl,
    GOOGLE_REVOCATION_URL: google.revocationUrl,
    GOOGLE_CALENDAR_URL: google.calendarUrl,
  });
  if (!read.ok) throw new Error(read.problems.join('\n'));
  const agent = parts.use(
    await startAgent({
      config: read.config,
      secrets: read.secrets,
      ...(await openLog(read.config.logLevel)),
      version: 'demo',
      clock: Date.now,
      showSetupToken: () => {},
    }),
  );
  await saveClient(agent.url);
  parts.use(await simulatePbx(agent.mqttUrl));
  console.log(`admin page: ${agent.url}`);
  console.log(`password: ${PASSWORD}`);
  console.log('Sign in as admin, open Google Services and click "Get Authorization Code". End with Ctrl+C.');
  await stopped;
}
process.exit(0);

/** What an administrator would type, so that the demo begins at the first click. */
async function saveClient(url: string): Promise<void> {
  const signIn = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'admin', password: PASSWORD }),
  });
  const cookie = signIn.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
  const saved = await fetch(`${url}/api/v1/google/credentials`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', cookie },
    body: JSON.stringify(CLIENT),
  });
  if (!saved.ok) throw new Error(`the demo could not save its client: ${saved.status}`);
}
