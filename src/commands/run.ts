import { readFileSync } from 'node:fs';
import type { Env } from '../env.ts';
import { AppError } from '../errors.ts';
import { backUp } from './backup.ts';
import { type Command, type CommandOptions, readOptions } from './options.ts';
import { resetPassword } from './reset-password.ts';
import { restore } from './restore.ts';

/** Failures that a person mends before trying again; like a configuration error they end the command with code 2. */
const MENDABLE = [
  'no-ledger',
  'ledger-damaged',
  'ledger-newer',
  'ledger-upgrade',
  'settings-damaged',
  'backup-exists',
  'backup-invalid',
  'backup-newer',
  'backup-passphrase',
  'data-dir-in-use',
  'data-dir-not-empty',
  'secret-key',
  'no-settings',
];

export interface Surroundings {
  args: string[];
  env: Env;
  now: number;
  say(text: string): void;
  warn(text: string): void;
}

/** `npm run backup -- FILE [--force]`. Resolves with the exit code. */
export function backupCommand(around: Surroundings): Promise<number> {
  return run('backup', around, async (options) => {
    const { manifest, bytes, warnings } = backUp({ ...options, agent: versionOfAgent(), now: around.now });
    const secrets = manifest.secrets === 'sealed' ? 'secrets sealed under the passphrase' : 'WITHOUT secrets';
    const what = `${manifest.meetings} meetings, ledger ${manifest.ledger}, ${bytes} bytes`;
    return { said: [`${options.file}: ${what}, ${secrets}; read back and right`], warnings };
  });
}

/** `npm run restore -- FILE [--force] [--without-secrets]`. Resolves with the exit code. */
export function restoreCommand(around: Surroundings): Promise<number> {
  return run('restore', around, async (options) => {
    const { manifest, aside, warnings } = await restore({ ...options, now: around.now });
    const said = [
      `${options.dataDir}: ${manifest.meetings} meetings as of ${manifest.createdAt}`,
      ...(aside === null ? [] : [`what was there before: ${aside}`]),
      'Start the agent: it asks every PBX for its meetings, so that what came after the backup is filled in.',
    ];
    return { said, warnings };
  });
}

/** `npm run reset-password`. Resolves with the exit code. */
export function resetPasswordCommand(around: Surroundings): Promise<number> {
  return run('reset-password', around, async (options) => ({
    said: [
      await resetPassword(options),
      'Start the agent: it prints a set-up token, with which the page takes a new password.',
    ],
    warnings: options.adminPassword
      ? ['ADMIN_PASSWORD is set: where the agent has it too, that is the password after its next start.']
      : [],
  }));
}

/** Arguments and environment -> options -> the work -> a line for each thing to know. */
async function run(
  command: Command,
  around: Surroundings,
  work: (options: CommandOptions) => Promise<{ said: string[]; warnings: string[] }>,
): Promise<number> {
  const read = readOptions(command, around);
  if (!read.ok) {
    for (const problem of read.problems) around.warn(problem);
    return 2;
  }
  try {
    const { said, warnings } = await work(read.options);
    for (const warning of warnings) around.warn(`WARNING: ${warning}`);
    for (const line of said) around.say(line);
    return 0;
  } catch (error) {
    around.warn(error instanceof Error ? error.message : String(error));
    return error instanceof AppError && MENDABLE.includes(error.code) ? 2 : 1;
  }
}

function versionOfAgent(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
