import type { AlertMessage, AlertProblem, Severity } from '../sync/ports.ts';

export interface Mail {
  subject: string;
  text: string;
  html: string;
}

const NAME: Record<Severity, string> = { info: 'Note', warning: 'Warning', danger: 'Problem' };

/** The mail of one alert, as plain text and as simple HTML. */
export function mailOf(message: AlertMessage, agent: { id: string; publicUrl: string | null }): Mail {
  const { problem } = message;
  const title = titleOf(message);
  const facts = [
    ...(problem === null ? [] : factsOf(message, problem)),
    ['Agent', agent.id] as const,
    ...(agent.publicUrl === null ? [] : [['Admin page', agent.publicUrl] as const]),
  ];
  const lead =
    problem === null
      ? 'Alerts of the calendar agent reach you. Nothing is wrong; somebody pressed the test button.'
      : message.kind === 'closed'
        ? 'This problem is over. Nothing is left to do.'
        : null;
  const foot = 'Sent because alerts are switched on under Settings > Alerts; at most once a day for the same problem.';
  const lines = facts.map(([name, value]) => `${name}: ${value}`);
  return {
    subject: oneLine(`[Calendar Agent ${agent.id}] ${title}`),
    text: [title, ...(lead === null ? [] : [lead]), lines.join('\n'), `-- \n${foot}`].join('\n\n').concat('\n'),
    html: [
      '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>',
      escapeHtml(title),
      '</title></head><body><h1 style="font-size:1.25em">',
      escapeHtml(title),
      '</h1>',
      lead === null ? '' : `<p>${escapeHtml(lead)}</p>`,
      '<dl>',
      ...facts.map(([name, value]) => `<dt><b>${escapeHtml(name)}</b></dt><dd>${linked(value)}</dd>`),
      '</dl><p><small>',
      escapeHtml(foot),
      '</small></p></body></html>',
    ].join(''),
  };
}

function titleOf({ kind, problem }: AlertMessage): string {
  if (problem === null) return 'Test of the alerts';
  return kind === 'closed' ? `Ended: ${problem.title}` : `${NAME[problem.severity]}: ${problem.title}`;
}

function factsOf({ kind, at }: AlertMessage, problem: AlertProblem): (readonly [string, string])[] {
  return [
    ['What happened', problem.cause],
    ...(kind === 'closed' ? [] : [['What to do', problem.action] as const]),
    ...(problem.link === null || kind === 'closed' ? [] : [['Where', problem.link] as const]),
    ['Since', utc(problem.since)],
    ...(kind === 'closed' ? [['Until', utc(at)] as const] : []),
  ];
}

function utc(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}

/** A header must hold no line break, whatever a problem was told from. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').slice(0, 200);
}

function linked(value: string): string {
  const shown = escapeHtml(value);
  return /^https?:\/\/\S+$/.test(value) ? `<a href="${shown}">${shown}</a>` : shown;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
