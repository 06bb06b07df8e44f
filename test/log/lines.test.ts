import { describe, expect, it } from 'vitest';
import { LogLines } from '../../src/log-lines.ts';

const line = (level: number, msg: string, more: object = {}) =>
  `${JSON.stringify({ level, time: '2026-11-21T08:00:00.000Z', ...more, msg })}\n`;

function filled(most = 100): LogLines {
  const lines = new LogLines('info', most);
  lines.add(line(30, 'ready'));
  lines.add(line(40, 'the broker cannot be reached', { component: 'mqtt', reason: 'ECONNREFUSED' }));
  lines.add(line(50, 'a write failed', { component: 'calendar', uid: '6500-1' }));
  lines.add(line(30, 'calendar written', { component: 'calendar', uid: '6500-1' }));
  return lines;
}
const messages = (page: ReturnType<LogLines['newest']>) => page.items.map((item) => item.message);

describe('the lines of the log', () => {
  it('are given oldest first, with their number, level, component and whatever else they hold', () => {
    const page = filled().newest({ limit: 10 });
    expect(page).toMatchObject({ last: 4, cut: false, kept: 4, components: ['agent', 'calendar', 'mqtt'] });
    expect(page.items[0]).toMatchObject({ number: 1, level: 'info', component: 'agent', message: 'ready', fields: {} });
    expect(page.items[1]).toMatchObject({ level: 'warn', component: 'mqtt', fields: { reason: 'ECONNREFUSED' } });
  });

  it('are narrowed by least level, component and text', () => {
    const lines = filled();
    expect(messages(lines.newest({ limit: 10, level: 'warn' }))).toEqual([
      'the broker cannot be reached',
      'a write failed',
    ]);
    expect(messages(lines.newest({ limit: 10, component: 'calendar', level: 'error' }))).toEqual(['a write failed']);
    expect(messages(lines.newest({ limit: 10, q: 'econn' }))).toEqual(['the broker cannot be reached']);
    expect(messages(lines.newest({ limit: 10, q: '6500-1' }))).toHaveLength(2);
    expect([...lines.ndjson({ component: 'calendar' })].map((text) => JSON.parse(text).msg)).toEqual([
      'a write failed',
      'calendar written',
    ]);
  });

  it('go on from where a reader was, and say when more fit than are given', () => {
    const lines = filled();
    expect(messages(lines.newest({ limit: 10, after: 3 }))).toEqual(['calendar written']);
    expect(lines.newest({ limit: 10, after: 4 })).toMatchObject({ items: [], last: 4 });
    const page = lines.newest({ limit: 2 });
    expect([messages(page), page.cut]).toEqual([['a write failed', 'calendar written'], true]);
  });

  it('push out the oldest, and keep their numbers', () => {
    const lines = filled(3);
    const page = lines.newest({ limit: 10 });
    expect(page.items.map((item) => item.number)).toEqual([2, 3, 4]);
    expect(page).toMatchObject({ last: 4, kept: 3 });
    expect([...lines.ndjson({})]).toHaveLength(3);
  });

  it('are shortened when they are too long to be read, and passed over when they are none', () => {
    const lines = new LogLines('info');
    lines.add(line(50, 'long', { stack: 'x'.repeat(100_000) }));
    lines.add('no json\n');
    expect(lines.newest({ limit: 10 }).items).toMatchObject([
      { message: 'long', fields: { shortened: line(50, 'long', { stack: 'x'.repeat(100_000) }).length } },
    ]);
    expect([...lines.ndjson({})].join('').length).toBeLessThan(1_000);
  });

  it('tell whoever listens', () => {
    const lines = new LogLines('info');
    let told = 0;
    lines.onLine(() => {
      told += 1;
    });
    lines.add(line(30, 'one'));
    expect(told).toBe(1);
  });
});
