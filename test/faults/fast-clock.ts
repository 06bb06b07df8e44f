import { type ClockMessage, type ClockRule, ruleNow } from './clock.ts';

/**
 * Loaded into the agent's process before main.ts (`node --import`): its clock and its timers follow the rule of
 * clock.ts. Everything else, sockets and disk and the program itself, is as it always is.
 */

interface Waiting {
  due: number;
  handle: NodeJS.Timeout;
  fire(): void;
}

const setup = JSON.parse(process.env['TEST_CLOCK'] ?? '') as ClockRule & { ahead: number; passed: number };
const realNow = Date.now;
const realTimeout = globalThis.setTimeout;
const realClear = globalThis.clearTimeout;
const realSignal = AbortSignal.timeout.bind(AbortSignal);
let { ahead, passed } = setup;
/** Time as it passes, untouched by setting the clock. */
const elapsed = (): number => ruleNow(setup, realNow()) + passed;
const waiting = new Map<NodeJS.Timeout, Waiting>();

Date.now = () => Math.floor(elapsed() + ahead);
performance.now = elapsed;

function fastTimeout(work: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): NodeJS.Timeout {
  const fire = () => {
    waiting.delete(handle);
    work(...args);
  };
  const handle = realTimeout(fire, ms / setup.speed);
  waiting.set(handle, { due: elapsed() + ms, handle, fire });
  return handle;
}
globalThis.setTimeout = Object.assign(fastTimeout, { __promisify__: realTimeout.__promisify__ }) as typeof setTimeout;
globalThis.clearTimeout = (handle) => {
  waiting.delete(handle as NodeJS.Timeout);
  realClear(handle);
};
AbortSignal.timeout = (ms) => realSignal(Math.ceil(ms / setup.speed));

process.on('message', (message: ClockMessage) => {
  if (message.clock === 'set') {
    ahead = message.ahead;
    return;
  }
  passed += message.ms;
  const now = elapsed();
  for (const { due, handle, fire } of waiting.values()) {
    if (due > now) continue;
    realClear(handle);
    fire();
  }
});
// A test that was broken off takes its agent with it.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
