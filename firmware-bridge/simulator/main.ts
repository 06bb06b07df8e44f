import { parseArgs } from 'node:util';
import { startControl } from './control.ts';
import { IDENTITIES } from './identities.ts';
import { type Preset, startSimulator } from './server.ts';

/** A simulated PBX in a process of its own. Options on the command line; what to set for the bridge is printed. */

const PRESETS = ['reservation', 'meetme', 'renamed'];
const USAGE = `options: --preset ${PRESETS.join('|')} --identity ${Object.keys(IDENTITIES).join('|')}
  --host 127.0.0.1 --port 8089 --control-port 8090 --user NAME --password TEXT --mac C0:74:AD:12:34:56
  --time-zone Europe/Berlin --page-size 100`;

const stopped = new Promise<void>((resolve) => {
  process.on('SIGTERM', () => resolve());
  process.on('SIGINT', () => resolve());
});

try {
  const { values } = parseArgs({
    options: {
      preset: { type: 'string', default: 'reservation' },
      identity: { type: 'string' },
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '8089' },
      'control-port': { type: 'string', default: '8090' },
      user: { type: 'string', default: 'calendar' },
      password: { type: 'string', default: 'simulated-password' },
      mac: { type: 'string', default: 'c0:74:ad:12:34:56' },
      'time-zone': { type: 'string', default: 'Europe/Berlin' },
      'page-size': { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  if (!PRESETS.includes(values.preset)) throw new Error(`--preset expects one of ${PRESETS.join(', ')}`);
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(values.mac))
    throw new Error('--mac expects six bytes such as c0:74:ad:12:34:56');
  await using pbx = await startSimulator({
    preset: values.preset as Preset,
    ...(values.identity === undefined ? {} : { identity: values.identity }),
    host: values.host,
    port: number('--port', values.port),
    user: values.user,
    password: values.password,
    mac: values.mac.toLowerCase(),
    timeZone: values['time-zone'],
    maxPageSize: number('--page-size', values['page-size']),
  });
  await using control = await startControl(pbx, number('--control-port', values['control-port']));
  console.log(`simulated PBX: ${pbx.url} (${values.preset})`);
  console.log(`control: ${control.url}`);
  console.log('the bridge finds it with:');
  console.log(
    `PBX_URL=${pbx.url} PBX_USER=${pbx.user} PBX_PASSWORD=${pbx.password} PBX_TLS_FINGERPRINT=${pbx.fingerprint}`,
  );
  if (values.preset === 'renamed') console.log('DIALECT_FILE=firmware-bridge/simulator/renamed-dialect.json');
  await stopped;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exit(2);
}
process.exit(0);

function number(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new Error(`${name} expects a number`);
  return value;
}
