import type { LogFilter, LogItem, LogView } from './sync/ports.ts';

const MOST = 5_000;
/** A stack trace fits; what is longer is no line for eyes. */
const LONGEST = 16_384;
const LEVELS = { trace: 10, debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;
type Level = keyof typeof LEVELS;
const COMPONENT = /"component":"([\w-]{1,64})"/;
/** Whatever belongs to no part in particular. */
const AGENT = 'agent';

/** The last lines of the log, as they were written: a ring in memory. They are read only when somebody asks. */
export class LogLines implements LogView {
  readonly level: string;
  readonly #ring: string[] = [];
  readonly #most: number;
  readonly #components = new Set<string>();
  readonly #listeners: (() => void)[] = [];
  #count = 0;

  constructor(level: string, most = MOST) {
    this.level = level;
    this.#most = most;
  }

  /** One line of JSON, whose secrets are masked already. */
  add(line: string): void {
    this.#ring[this.#count % this.#most] = line.length > LONGEST ? shortened(line) : line;
    this.#count += 1;
    // Without reading the whole line, as most are never asked for.
    this.#components.add(COMPONENT.exec(line)?.[1] ?? AGENT);
    for (const listener of this.#listeners) listener();
  }

  onLine(listener: () => void): void {
    this.#listeners.push(listener);
  }

  newest(query: LogFilter & { after?: number | undefined; limit: number }) {
    const items: LogItem[] = [];
    let cut = false;
    for (const item of this.#backwards(query.after ?? 0)) {
      if (!fits(item, query)) continue;
      if (items.length === query.limit) {
        cut = true;
        break;
      }
      items.push(item);
    }
    return {
      items: items.reverse(),
      last: this.#count,
      cut,
      kept: this.#kept,
      components: [...this.#components].sort(),
    };
  }

  *ndjson(filter: LogFilter): Generator<string> {
    for (let number = this.#count - this.#kept + 1; number <= this.#count; number += 1) {
      const item = this.#item(number);
      if (item !== null && fits(item, filter)) yield `${this.#line(number).trimEnd()}\n`;
    }
  }

  get #kept(): number {
    return Math.min(this.#count, this.#most);
  }

  #line(number: number): string {
    return this.#ring[(number - 1) % this.#most] ?? '';
  }

  *#backwards(after: number): Generator<LogItem> {
    for (let number = this.#count; number > Math.max(after, this.#count - this.#kept); number -= 1) {
      const item = this.#item(number);
      if (item !== null) yield item;
    }
  }

  #item(number: number): LogItem | null {
    try {
      const { level, time, component, msg, ...fields } = JSON.parse(this.#line(number)) as Record<string, unknown>;
      return {
        number,
        at: String(time ?? ''),
        level: nameOf(level),
        component: typeof component === 'string' ? component : AGENT,
        message: typeof msg === 'string' ? msg : '',
        fields,
      };
    } catch {
      return null;
    }
  }
}

function fits(item: LogItem, { level, component, q }: LogFilter): boolean {
  if (level !== undefined && LEVELS[item.level] < LEVELS[level]) return false;
  if (component !== undefined && item.component !== component) return false;
  if (q === undefined || q === '') return true;
  const words = q.toLowerCase();
  return item.message.toLowerCase().includes(words) || JSON.stringify(item.fields).toLowerCase().includes(words);
}

function nameOf(level: unknown): Level {
  const found = (Object.keys(LEVELS) as Level[]).findLast((name) => LEVELS[name] <= Number(level));
  return found ?? 'trace';
}

/** Still JSON: the message stays, the rest is left out. */
function shortened(line: string): string {
  try {
    const { level, time, component, msg } = JSON.parse(line) as Record<string, unknown>;
    return JSON.stringify({ level, time, component, shortened: line.length, msg: String(msg).slice(0, LONGEST / 4) });
  } catch {
    return line.slice(0, LONGEST);
  }
}
