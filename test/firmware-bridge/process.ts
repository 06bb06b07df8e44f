import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface BridgeProcess extends AsyncDisposable {
  child: ChildProcess;
  output: string[];
  /** The exit code; null after SIGKILL. */
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

const MAIN = new URL('../../firmware-bridge/main.ts', import.meta.url).pathname;

/** The real process, as `npm run bridge` runs it; resolves when it is watching. */
export async function startBridgeProcess(env: Record<string, string>): Promise<BridgeProcess> {
  const { child, output } = run([], env);
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      output.push(line);
      if (line.includes('"ready: ')) resolve();
    });
    child.once('exit', (code) => reject(new Error(`the bridge ended with ${code}: ${output.join('\n')}`)));
  });
  const kill = async (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
    return child.exitCode;
  };
  return {
    child,
    output,
    kill,
    async [Symbol.asyncDispose]() {
      await kill('SIGKILL');
    },
  };
}

/** One command from start to end, such as `probe`. */
export async function runBridgeCommand(
  words: string[],
  env: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const { child, output } = run(words, env);
  const printed: string[] = [];
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => printed.push(line));
  await once(child, 'close');
  return { code: child.exitCode, stdout: printed.join('\n'), stderr: output.join('\n') };
}

function run(words: string[], env: Record<string, string>): { child: ChildProcess; output: string[] } {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  if (child.stderr !== null) createInterface({ input: child.stderr }).on('line', (line) => output.push(line));
  return { child, output };
}
