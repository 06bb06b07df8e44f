import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resetPasswordCommand } from '../../src/commands/run.ts';
import { startAgentProcess, startCalendar } from '../e2e/harness.ts';

describe('the command reset-password', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'reset-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  async function run(args: string[] = [], env: Record<string, string> = {}) {
    let said = '';
    const hear = (text: string) => {
      said += `${text}\n`;
    };
    const around = { args, env: { DATA_DIR: dataDir, ...env }, now: Date.now(), say: hear, warn: hear };
    return { code: await resetPasswordCommand(around), said };
  }

  it('refuses while the agent runs, then takes the password and nothing else, and a set-up token gives a new one', async () => {
    await using google = await startCalendar();
    {
      await using agent = await startAgentProcess({ google, dataDir });
      await agent.authorize(google);
      expect(await run()).toMatchObject({ code: 2, said: expect.stringContaining('is used by another agent process') });
      await agent.kill();
    }
    expect(await run([], { ADMIN_PASSWORD: 'something else' })).toMatchObject({
      code: 0,
      said: expect.stringMatching(/^WARNING: ADMIN_PASSWORD is set.*password is gone\nStart the agent/s),
    });
    for (const name of ['settings.json', 'settings.json.bak'])
      expect(readFileSync(join(dataDir, name), 'utf8')).not.toContain('scrypt$');

    await using agent = await startAgentProcess({ google, dataDir, env: { ADMIN_PASSWORD: '' } });
    const setupToken = readFileSync(join(dataDir, 'setup-token'), 'utf8').trim();
    const password = 'a new password of mine';
    expect((await agent.api('POST', '/api/v1/setup', { setupToken, password })).status).toBe(201);
    expect((await agent.api('GET', '/api/v1/status')).body.google.state).toBe('authorized');
    const { items } = (await agent.api('GET', '/api/v1/activity')).body;
    expect(items.map((item: { action: string }) => item.action)).toContain('password reset');
    await agent.kill();
  });

  it('says what it expects', async () => {
    expect(await run()).toMatchObject({ code: 2, said: expect.stringMatching(/holds no settings\. Set DATA_DIR/) });
    expect(await run(['now'])).toEqual({ code: 2, said: 'Usage: npm run reset-password\n' });
  });
});
