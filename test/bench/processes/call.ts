import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Calls from the bench into processes of its own: each part under measurement has a process to itself. */

type Methods = Record<string, (...args: never[]) => unknown>;

/** The same methods as the bench sees them. */
export type Remote<T extends Methods> = {
  [K in keyof T]: (...args: Parameters<T[K]>) => Promise<Awaited<ReturnType<T[K]>>>;
};

export interface Worker<T extends Methods> extends AsyncDisposable {
  readonly pid: number;
  readonly call: Remote<T>;
}

interface Question {
  id: number;
  method: string;
  args: never[];
}
type Answer = { id: number } & ({ result: unknown } | { error: string });

/** Serves methods in a process that was started by `startWorker`; ends with the bench. */
export function serve(methods: Methods): void {
  process.on('message', ({ id, method, args }: Question) => {
    const answer = (rest: { result: unknown } | { error: string }) => process.send?.({ id, ...rest });
    Promise.resolve()
      .then(() => methods[method]?.(...args))
      .then(
        (result) => answer({ result }),
        (error: unknown) => answer({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
      );
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.('ready');
}

/** Raises an Error when the process ends before it is ready; a call fails when the method fails or the process ends. */
export async function startWorker<T extends Methods>(file: string, env: NodeJS.ProcessEnv = {}): Promise<Worker<T>> {
  const child = fork(new URL(file, import.meta.url), {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ...env },
  });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  await new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve());
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.result);
  });
  child.on('exit', (code) => {
    for (const asked of waiting.values()) asked.reject(new Error(`${file} ended with ${code}`));
    waiting.clear();
  });
  let last = 0;
  const call = new Proxy({} as Remote<T>, {
    // A worker is no promise, although it has a member of every name.
    get: (_target, method) =>
      method === 'then'
        ? undefined
        : (...args: never[]) =>
            new Promise((resolve, reject) => {
              last += 1;
              waiting.set(last, { resolve, reject });
              child.send({ id: last, method: String(method), args });
            }),
  });
  return {
    pid: child.pid ?? 0,
    call,
    [Symbol.asyncDispose]: () => end(child),
  };
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
