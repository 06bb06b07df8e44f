import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; scripts: Record<string, string> };
const withoutComments = (text: string) => text.replace(/^\s*#.*$/gm, '');

describe('the Dockerfile', () => {
  const stages = withoutComments(read('Dockerfile').replaceAll('\\\n', ' ')).split(/^(?=FROM )/m);
  const last = (stages.at(-1) ?? '').split('\n').filter(Boolean);
  const at = (instruction: string) => last.findIndex((line) => line.startsWith(`${instruction} `));

  it('runs node itself, as a user without rights, with the data on a volume and a health check', () => {
    expect(last[at('USER')]).toBe('USER node');
    expect(last.slice(at('USER')).some((line) => /^(RUN|COPY|ADD|USER root)/.test(line))).toBe(false);
    expect(last[at('ENTRYPOINT')]).toBe('ENTRYPOINT ["node"]');
    const command = (manifest.scripts['start'] ?? '').replace(
      /^.*node ((?:--\S+ )*)src\/main\.ts$/,
      '$1server/main.js',
    );
    expect(last[at('CMD')]).toBe(`CMD ${JSON.stringify(command.split(' ')).replaceAll(',', ', ')}`);
    expect(last[at('HEALTHCHECK')]).toContain('CMD ["node", "server/healthcheck.js"]');
    expect(last[at('VOLUME')]).toBe('VOLUME /data');
    expect(last[at('ENV')]).toContain('DATA_DIR=/data');
  });

  it('takes from the build what was built and nothing else', () => {
    expect(last.filter((line) => /^(COPY|ADD) /.test(line))).toEqual(['COPY --from=build /out ./']);
  });

  it('holds no secret, and the version that package.json has', () => {
    expect(stages.join('')).not.toMatch(/^(ENV|ARG) .*(PASSWORD|SECRET|TOKEN)/m);
    expect(last).toContain(`ARG VERSION=${manifest.version}`);
  });

  it('is given no file that is not named', () => {
    const lines = withoutComments(read('.dockerignore')).split('\n').filter(Boolean);
    expect(lines[0]).toBe('*');
    const given = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(given.filter((name) => /data|secrets|mosquitto|\.git|^test/.test(name))).toEqual([]);
    // What is built must be given: every script that runs sources, and the build itself.
    const needed = Object.values(manifest.scripts).flatMap(
      (command) => command.match(/\b(src|firmware-bridge|scripts|deploy)\/\S+\.ts/g) ?? [],
    );
    expect(needed.filter((file) => !given.some((name) => file === name || file.startsWith(`${name}/`)))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  const text = withoutComments(read('compose.yaml'));

  it('gives secrets as files and holds no password, not even a first one', () => {
    const secret = [...text.matchAll(/^\s*(\w*(?:PASSWORD|SECRET|TOKEN|KEY)\w*):\s*(.*)$/gm)].map((match) =>
      match.slice(1),
    );
    expect(secret).toEqual([
      ['MQTT_PASSWORD_FILE', '/run/secrets/mqtt_password'],
      ['PBX_PASSWORD_FILE', '/run/secrets/pbx_password'],
      ['MQTT_PASSWORD_FILE', '/run/secrets/bridge_mqtt_password'],
    ]);
    expect(text).not.toContain('ALLOW_PLAIN_HTTP');
  });

  it('shows the broker to this machine alone unless one asks for more', () => {
    expect(text).toMatch(/^\s+- "\$\{MQTT_BIND:-127\.0\.0\.1\}:1883:1883"$/m);
  });

  it('takes every right away that is not needed', () => {
    const shared = /^x-service: &service\n((?: {2}.*\n)+)/m.exec(text)?.[1] ?? '';
    for (const line of ['read_only: true', 'cap_drop: [ALL]', '"no-new-privileges:true"'])
      expect(shared).toContain(line);
    const services = [...text.matchAll(/^ {2}(agent|bridge|mosquitto):\n {4}<<: \*service$/gm)].map(
      (match) => match[1],
    );
    expect(services).toEqual(['agent', 'bridge', 'mosquitto']);
    expect(text).toContain('user: "1883:1883"');
  });
});

describe.each([
  ['pbx-calendar-agent', 'main'],
  ['pbx-bridge', 'bridge'],
])('the systemd unit of %s', (name, entry) => {
  const unit = read(`deploy/systemd/${name}.service`);

  it.skipIf(!existsSync('/usr/bin/systemd-analyze'))('is understood by systemd, and leaves little exposed', () => {
    const dir = mkdtempSync(join(tmpdir(), 'unit-'));
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
    const file = join(dir, `${name}.service`);
    // Whether Node lies there is the machine's business, not the unit's.
    writeFileSync(file, unit.replace('ExecStart=/usr/bin/node', 'ExecStart=/bin/true'));
    const verified = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
    expect([verified.status, verified.stderr.split('\n').filter((line) => line.includes(file))]).toEqual([0, []]);
    const rated = spawnSync('systemd-analyze', ['security', '--offline=true', file], { encoding: 'utf8' });
    expect(Number(/exposure level for \S+: ([\d.]+)/.exec(rated.stdout)?.[1])).toBeLessThan(2);
  });

  it('runs what npm run build makes, and ends for good on a mistake in the configuration', () => {
    expect(unit).toMatch(new RegExp(`^ExecStart=/usr/bin/node (?:--\\S+ )*\\S+/server/${entry}\\.js$`, 'm'));
    expect(unit).toMatch(/^RestartPreventExitStatus=2$/m);
    // JavaScript is compiled while it runs.
    expect(unit).not.toMatch(/^MemoryDenyWriteExecute=/m);
  });

  it('holds no secret: those come as credentials', () => {
    const lines = `${unit}\n${read('deploy/systemd/secrets.conf')}`.split('\n');
    const secret = lines.filter((line) => /^#?Environment=.*(PASSWORD|TOKEN|KEY)/.test(line));
    expect(secret.filter((line) => !/_FILE=\//.test(line))).toEqual([]);
    expect(secret.length).toBeGreaterThan(0);
  });
});
