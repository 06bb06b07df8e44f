import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type Env, EnvReader } from '../env.ts';

export type Command = 'backup' | 'restore' | 'reset-password';

export interface CommandOptions {
  /** '' where the command takes none. */
  file: string;
  force: boolean;
  withoutSecrets: boolean;
  dataDir: string;
  secretKeyFile: string;
  passphrase: string | undefined;
  /** Whether ADMIN_PASSWORD is set here. */
  adminPassword: boolean;
}

type Given = Pick<CommandOptions, 'file' | 'force' | 'withoutSecrets'>;

const SHORTEST = 12;
const USAGE: Record<Command, string> = {
  backup: ' -- FILE [--force]',
  restore: ' -- FILE [--force] [--without-secrets]',
  'reset-password': '',
};

/** Arguments and environment of a command. Every problem is reported at once. */
export function readOptions(
  command: Command,
  { args, env }: { args: string[]; env: Env },
): { ok: true; options: CommandOptions } | { ok: false; problems: string[] } {
  const reader = new EnvReader(env);
  const dataDir = reader.text('DATA_DIR') ?? './data';
  const passphrase = command === 'reset-password' ? undefined : reader.secret('BACKUP_PASSPHRASE');
  // What was sealed with a shorter one elsewhere must still open.
  if (command === 'backup' && passphrase !== undefined && passphrase.length < SHORTEST)
    reader.fault('BACKUP_PASSPHRASE', `expects at least ${SHORTEST} characters`);
  const given = readArgs(command, args);
  if (given === null) reader.problems.push(`Usage: npm run ${command}${USAGE[command]}`);
  if (given === null || reader.problems.length > 0) return { ok: false, problems: reader.problems };
  return {
    ok: true,
    options: {
      ...given,
      dataDir: resolve(dataDir),
      secretKeyFile: resolve(reader.text('SECRET_KEY_FILE') ?? join(dataDir, 'secret.key')),
      passphrase,
      adminPassword: reader.text('ADMIN_PASSWORD') !== undefined || reader.text('ADMIN_PASSWORD_FILE') !== undefined,
    },
  };
}

function readArgs(command: Command, args: string[]): Given | null {
  if (command === 'reset-password') {
    return args.length === 0 ? { file: '', force: false, withoutSecrets: false } : null;
  }
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
