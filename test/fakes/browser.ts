import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const BINARY = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);

/** Browser tests are skipped where no Chromium is installed; in CI they must run. */
export const withoutBrowser = BINARY === undefined && process.env['CI'] === undefined;

export function startBrowser(): Promise<Browser> {
  if (BINARY === undefined) throw new Error('chromium is not installed (Debian: apt-get install chromium)');
  return chromium.launch({
    executablePath: BINARY,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
