import { parseArgs } from 'node:util';
import { freePort, startMosquitto, withoutMosquitto } from '../fakes/mosquitto.ts';
import { growth, killTest, matrix, type Outcome } from './parts.ts';

/**
 * The searches of `npm test` in full: kills, the fault matrix in random order, growth. Prints what it finds as it goes
 * and a table at the end; exit code 1 when anything was lost, doubled, mailed needlessly, hidden, or grew.
 */

const { values } = parseArgs({
  options: {
    /** How long the matrix is walked; growth is watched for a fifth of it. The kill test takes the time it takes. */
    minutes: { type: 'string', default: '20' },
    seed: { type: 'string' },
    kills: { type: 'string', default: '50' },
    events: { type: 'string', default: '2000' },
    /** kills, matrix, growth: some of them, with commas; all without it. */
    only: { type: 'string' },
  },
});
const minutes = number('minutes', values.minutes);
const kills = number('kills', values.kills);
const events = number('events', values.events);
const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : number('seed', values.seed);
const wants = (part: string): boolean => values.only === undefined || values.only.split(',').includes(part);
const say = (text: string): void => console.log(`  ${text}`);
const table: (Outcome & { part: string; seconds: number })[] = [];

console.log(`soak: seed ${seed}; the same again: npm run soak -- --seed ${seed} --minutes ${minutes}`);
if (wants('kills')) {
  if (withoutMosquitto) console.log('\nkill test, Mosquitto: skipped, it is not installed');
  else
    await run('kill test, Mosquitto', async () => {
      // Only the agent is killed here: a broker that saves everything with each message would be all that is measured.
      await using broker = await startMosquitto(['autosave_on_changes false', 'autosave_interval 60']);
      return await killTest({ url: broker.url, agent: { mqttUrl: broker.url } }, { kills, events, seed }, say);
    });
  await run('kill test, embedded broker', async () => {
    const embeddedPort = await freePort();
    const url = `mqtt://127.0.0.1:${embeddedPort}`;
    return killTest({ url, agent: { embeddedPort } }, { kills, events, seed }, say);
  });
}
if (wants('matrix')) await run('fault matrix', () => matrix({ untilMs: Date.now() + minutes * 60_000, seed }, say));
if (wants('growth')) await run('growth', () => growth(Date.now() + minutes * 12_000, say));

console.log(`\n${'part'.padEnd(28)}  seconds  violations  what`);
for (const { part, seconds, violations, walked } of table)
  console.log(`${part.padEnd(28)} ${String(seconds).padStart(8)} ${String(violations.length).padStart(11)}  ${walked}`);
const wrong = table.flatMap(({ part, violations }) => violations.map((text) => `${part}: ${text}`));
for (const text of wrong) console.log(`VIOLATION ${text}`);
console.log(`${wrong.length === 0 ? 'soak passed' : `soak failed, ${wrong.length} violations`} (seed ${seed})`);
process.exit(wrong.length === 0 ? 0 : 1);

async function run(part: string, work: () => Promise<Outcome>): Promise<void> {
  const began = Date.now();
  console.log(`\n${part}`);
  const outcome = await work().catch((error: unknown) => ({
    walked: 'ended early',
    violations: [error instanceof Error ? error.message : String(error)],
  }));
  table.push({ part, seconds: Math.round((Date.now() - began) / 1_000), ...outcome });
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name} ${text}: a number is expected`);
  process.exit(2);
}
