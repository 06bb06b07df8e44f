import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, startAgentProcess, startCalendar } from '../e2e/harness.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';
import { freePort } from '../fakes/mosquitto.ts';
import { connectPbx } from '../fakes/pbx.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('what npm run build makes', () => {
  // Outside of the checkout, so that no package of it can be found from there.
  const out = mkdtempSync(join(tmpdir(), 'package-'));
  const main = join(out, 'server/main.js');

  beforeAll(async () => {
    const child = spawn(process.execPath, [join(ROOT, 'scripts/build.ts'), out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const problems = child.stderr.toArray();
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(Buffer.concat(await problems).toString());
  }, 60_000);
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  const files = () =>
    readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(out, name)).isFile());
  const healthy = async (env: Record<string, string>) => {
    const child = spawn(process.execPath, [join(out, 'server/healthcheck.js')], { env, stdio: 'ignore' });
    return (await once(child, 'exit'))[0];
  };

  it('is small, and holds neither sources nor tests nor packages', () => {
    expect(readdirSync(out).sort()).toEqual(['LICENSE', 'THIRD-PARTY-LICENSES.md', 'package.json', 'server', 'web']);
    expect(files().filter((name) => /\.(ts|tsx|map)$|node_modules|(^|\/)test/.test(name))).toEqual([]);
    const bytes = files().reduce((sum, name) => sum + statSync(join(out, name)).size, 0);
    expect(bytes).toBeLessThan(10_000_000);
  });

  it('names the licence of every package that it depends on', () => {
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const text = readFileSync(join(out, 'THIRD-PARTY-LICENSES.md'), 'utf8');
    const missing = Object.entries({ ...dependencies, preact: null }).filter(
      ([name]) => !text.includes(`## ${name} - `),
    );
    expect(missing).toEqual([]);
  });

  it('runs every script of its own', () => {
    const { scripts, dependencies } = JSON.parse(readFileSync(join(out, 'package.json'), 'utf8'));
    expect(dependencies).toBeUndefined();
    expect(scripts.start).toMatch(/^node (--\S+ )+server\/main\.js$/);
    for (const command of Object.values<string>(scripts)) {
      expect(files()).toContain(/^node (?:--\S+ )*(\S+)/.exec(command)?.[1]);
    }
  });

  it('does the main job and serves the pages, without any package, and ends with 0', async () => {
    await using google = await startCalendar();
    await using agent = await startAgentProcess({ google, main });
    await agent.authorize(google);
    await using pbx = await connectPbx(agent.mqttUrl);
    await pbx.identify();
    await pbx.send(meetingEvent({ data: ahead(7) }));
    expect(await pbx.result('6500-20240429-1')).toMatchObject({ state: 'synced' });
    expect(google.events(ACCOUNT.email)).toHaveLength(1);
    const page = await agent.api('GET', '/integrations/google');
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page.body)?.[1] ?? '';
    expect((await agent.api('GET', script)).headers.get('content-type')).toContain('javascript');
    const status = await agent.api('GET', '/api/v1/status');
    expect(status.body.version).toBe(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
    const about = await agent.api('GET', '/api/v1/about');
    const packages = about.body.packages.map((item: { name: string }) => item.name);
    expect(packages).toEqual(expect.arrayContaining(['fastify', 'preact']));
    expect((await agent.api('GET', '/api/v1/about/licences')).body).toContain('## preact - ');
    expect(await healthy({ PORT: new URL(agent.url).port })).toBe(0);
    expect(await agent.kill('SIGTERM')).toBe(0);
    expect(await healthy({ PORT: new URL(agent.url).port })).toBe(1);
  });

  it('makes its own certificate and is found healthy over https', async () => {
    await using google = await startCalendar();
    await using agent = await startAgentProcess({ google, main, env: { HOST: '0.0.0.0' } });
    expect(agent.url).toMatch(/^https:/);
    expect(await healthy({ HOST: '0.0.0.0', PORT: new URL(agent.url).port })).toBe(0);
  });

  it('writes for people on a terminal', async () => {
    const env = {
      PATH: process.env['PATH'],
      DATA_DIR: join(out, 'data'),
      PORT: '0',
      EMBEDDED_BROKER_PORT: String(await freePort()),
    };
    const child = spawn('script', ['-qefc', `exec '${process.execPath}' '${main}'`, '/dev/null'], {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(child, 'exit');
    let text = '';
    for await (const chunk of child.stdout) {
      text += chunk;
      if (text.includes('ready: ')) child.kill('SIGTERM');
    }
    await ended;
    expect(text).toMatch(/INFO.*ready: admin page http:/);
  });
});
