import { readFileSync } from 'node:fs';

export type Env = Readonly<Record<string, string | undefined>>;

/** Reads environment variables and collects every problem, one line each. An empty variable counts as unset. */
export class EnvReader {
  readonly problems: string[] = [];
  readonly #env: Env;

  constructor(env: Env) {
    this.#env = env;
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim();
    return value === '' ? undefined : value;
  }

  matching(name: string, rule: { pattern: RegExp; expects: string; fallback: string }): string {
    const value = this.text(name);
    if (value === undefined) return rule.fallback;
    if (rule.pattern.test(value)) return value;
    this.fault(name, rule.expects);
    return rule.fallback;
  }

  integer(name: string, rule: { min: number; max: number; fallback: number }): number {
    const value = this.text(name);
    if (value === undefined) return rule.fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= rule.min && number <= rule.max) return number;
    this.fault(name, `expects a whole number from ${rule.min} to ${rule.max}`);
    return rule.fallback;
  }

  flag(name: string): boolean {
    const value = this.text(name);
    if (value !== undefined && value !== 'true' && value !== 'false') this.fault(name, 'expects true or false');
    return value === 'true';
  }

  /** NAME, or the first line of the file that NAME_FILE points to. */
  secret(name: string): string | undefined {
    const value = this.text(name);
    const file = this.text(`${name}_FILE`);
    if (file === undefined) return value;
    if (value !== undefined) this.fault(name, `is set together with ${name}_FILE; set one of them`);
    const content = this.file(`${name}_FILE`);
    const line = content?.split(/\r?\n/, 1)[0];
    // Going on without the secret would be the quiet way to leave a door open.
    if (line === '') this.fault(`${name}_FILE`, 'names a file whose first line is empty');
    return line || undefined;
  }

  /** The content of the file that the variable names. */
  file(name: string): string | undefined {
    const path = this.text(name);
    if (path === undefined) return undefined;
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      this.fault(
        name,
        `names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unreadable'}): ${path}`,
      );
      return undefined;
    }
  }

  fault(name: string, expects: string): void {
    this.problems.push(`${name}: ${expects}`);
  }
}
