import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/** Ends with 0 when the agent on this machine answers /healthz, by https or http as it is configured; else with 1. */

const { HOST = '127.0.0.1', PORT = '8480' } = process.env;
const TIMEOUT_MS = 2_000;
const host = ({ '0.0.0.0': '127.0.0.1', '::': '::1' } as Record<string, string>)[HOST] ?? HOST.replace(/^\[|\]$/g, '');

function answers(get: typeof getSecure | typeof getPlain): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get(
      // Whether it lives is asked, of this machine: whose certificate it is does not matter.
      { host, port: PORT, path: '/healthz', agent: false, timeout: TIMEOUT_MS, rejectUnauthorized: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(false));
    asked.on('close', () => resolve(false));
  });
}

process.exitCode = (await answers(getSecure)) || (await answers(getPlain)) ? 0 : 1;
