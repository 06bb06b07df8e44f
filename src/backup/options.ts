import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Env, EnvReader } from '../env.ts';

export interface CommandOptions {
  file: string;
  force: boolean;
  withoutSecrets: boolean;
  dataDir: string;
  secretKeyFile: string;
  passphrase: string | undefined;
}

const SHORTEST = 12;

/** Arguments and environment of `backup` and `restore`. Every problem is reported at once. */
export function readOptions(
  command: 'backup' | 'restore',
  { args, env }: { args: string[]; env: Env },
): { ok: true; options: CommandOptions } | { ok: false; problems: string[] } {
  const reader = new EnvReader(env);
  const dataDir = reader.text('DATA_DIR') ?? './data';
  const passphrase = reader.secret('BACKUP_PASSPHRASE');
  // What was sealed with a shorter one elsewhere must still open.
  if (command === 'backup' && passphrase !== undefined && passphrase.length < SHORTEST)
    reader.fault('BACKUP_PASSPHRASE', `expects at least ${SHORTEST} characters`);
  const given = readArgs(command, args);
  if (given === null) {
    const more = command === 'restore' ? ' [--without-secrets]' : '';
    reader.problems.push(`Usage: npm run ${command} -- FILE [--force]${more}`);
  }
  if (given === null || reader.problems.length > 0) return { ok: false, problems: reader.problems };
  return {
    ok: true,
    options: {
      ...given,
      dataDir: resolve(dataDir),
      secretKeyFile: resolve(reader.text('SECRET_KEY_FILE') ?? join(dataDir, 'secret.key')),
      passphrase,
    },
  };
}

function readArgs(command: string, args: string[]): Pick<CommandOptions, 'file' | 'force' | 'withoutSecrets'> | null {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        force: { type: 'boolean', default: false },
        ...(command === 'restore' ? { 'without-secrets': { type: 'boolean' as const, default: false } } : {}),
      },
    });
    const [file, ...others] = positionals;
    if (file === undefined || file === '' || others.length > 0) return null;
    const flags = values as Record<string, boolean | undefined>;
    return { file: resolve(file), force: flags['force'] === true, withoutSecrets: flags['without-secrets'] === true };
  } catch {
    return null;
  }
}
