import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Mosquitto, runMosquitto } from './mosquitto.ts';

const SHIPPED = resolve(import.meta.dirname, '../../deploy/mosquitto');

/** A real Mosquitto with the configuration and the access rules that are shipped; only paths and port are others. */
export function startShippedMosquitto(passwords: Record<string, string>): Promise<Mosquitto> {
  return runMosquitto(async (folder, port) => {
    cpSync(SHIPPED, join(folder, 'config'), { recursive: true });
    for (const [name, password] of Object.entries(passwords)) await addUser(folder, name, `${password}\n`);
    return readFileSync(join(SHIPPED, 'mosquitto.conf'), 'utf8')
      .replaceAll('/mosquitto/', `${folder}/`)
      .replace('listener 1883', `listener ${port} 127.0.0.1`)
      .split('\n');
  });
}

/** Runs the shipped script. Raises what it says on stderr. */
export async function addUser(folder: string, name: string, input: string): Promise<void> {
  const script = [join(SHIPPED, 'add-user.sh'), name, join(folder, 'data/passwords')];
  const child = spawn('sh', script, { stdio: ['pipe', 'ignore', 'pipe'] });
  const said = child.stderr.toArray();
  // A script that refuses the name does not wait for the password.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${code}: ${Buffer.concat(await said).toString()}`);
}
