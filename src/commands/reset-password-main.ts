import { resetPasswordCommand } from './run.ts';

// A new file is for its owner, whatever the shell's mask.
process.umask(0o077);
process.exitCode = await resetPasswordCommand({
  args: process.argv.slice(2),
  env: process.env,
  now: Date.now(),
  say: (text) => process.stdout.write(`${text}\n`),
  warn: (text) => process.stderr.write(`${text}\n`),
});
