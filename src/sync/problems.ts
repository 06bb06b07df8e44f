import { explain, type Fault, isFailureCode } from '../domain/failure.ts';
import { consentProblem } from './consent-problem.ts';
import type { AuthorizationView, Clock, Problem, QueueFigures } from './ports.ts';

/** What the problems are told from. Every fact is the present state, so a problem ends when its cause does. */
export interface Facts {
  mqtt: { state: 'connected' | 'connecting' | 'refused'; reason: string | null; url: string };
  /** The broker had forgotten the agent's session: since when, or null. */
  sessionLostAt: string | null;
  google: AuthorizationView;
  /** A condition that stops all writes of the account. */
  gate: { code: string; detail: Readonly<Record<string, string>> } | null;
  queue: QueueFigures;
  heldDevices: { device: string; message: string; code: string }[];
  ledger: string | null;
  sealed: boolean;
  /** Devices whose entries carry the name of another agent. */
  claimedTwice: { device: string; agent: string }[];
  publicUrlNotes: string[];
  /** Entries that the calendar holds for meetings not over yet; asked for only while removals are stopped. */
  futureEntries: number;
  /** Milliseconds since the epoch. */
  now: number;
}

/** With whom a problem lies stands in the explanation of its code, or here. */
type Open = Omit<Problem, 'since' | 'fault'> & { fault?: Fault };

const FAULTS: Record<string, Fault> = {
  'mqtt-disconnected': 'administrator',
  'session-lost': 'administrator',
  'calendar-list-missing': 'person',
  'meetings-failed': 'pbx',
  'device-claimed-twice': 'administrator',
  'public-url': 'administrator',
};

/** The problems that the facts amount to. */
export function problemsOf(facts: Facts): Omit<Problem, 'since'>[] {
  const ends = consentProblem(facts.google, facts.now);
  const found: Open[] = [
    ...connection(facts),
    ...google(facts),
    ...(ends === null ? [] : [ends]),
    ...meetings(facts),
    ...storage(facts),
  ];
  return found.map((item) => ({ ...item, fault: item.fault ?? faultOf(item.id) }));
}

function faultOf(id: string): Fault {
  const [code = ''] = id.split(':');
  return FAULTS[code] ?? (isFailureCode(code) ? explain(code).fault : 'agent');
}

function connection({ mqtt, sessionLostAt }: Facts): Open[] {
  const found: Open[] = [];
  if (mqtt.state !== 'connected') {
    found.push({
      id: mqtt.state === 'refused' ? 'mqtt-refused' : 'mqtt-disconnected',
      severity: 'danger',
      title: mqtt.state === 'refused' ? 'The MQTT broker refuses the agent' : 'The MQTT broker cannot be reached',
      cause: `${mqtt.url} ${mqtt.reason ?? 'does not answer'}. No meetings arrive; the agent keeps trying.`,
      action:
        mqtt.state === 'refused'
          ? 'Check MQTT_USERNAME, MQTT_PASSWORD and the access rules of the broker.'
          : 'Check that the broker runs and that MQTT_URL names it.',
      link: null,
    });
  }
  if (sessionLostAt !== null) {
    found.push({
      id: 'session-lost',
      severity: 'warning',
      title: 'The MQTT broker lost what it kept for the agent',
      cause: `The broker had no session for the agent at ${sessionLostAt}; meetings published while the agent was away may be missing. Every PBX was asked to publish its meetings again.`,
      action: 'Switch on persistence in the broker. If a meeting is missing, resync its PBX under Devices.',
      link: '/devices',
    });
  }
  return found;
}

function google({ google: view, gate, queue }: Facts): Open[] {
  const found: Open[] = [];
  const waiting = queue.held > 0 ? ` ${queue.held} ${queue.held === 1 ? 'meeting waits' : 'meetings wait'}.` : '';
  if (view.state === 'not-configured' || view.state === 'configured') {
    const known = explain('not-authorized');
    const severity = queue.held > 0 ? 'warning' : 'info';
    found.push({
      id: 'not-authorized',
      severity,
      title: known.title,
      cause: known.cause + waiting,
      action: known.fix,
      link: known.link,
    });
  }
  if (view.state === 'reauthorize') {
    const known = explain(view.brokenBy ?? 'reauthorize', { project: view.project ?? '' });
    found.push({
      id: 'reauthorize',
      severity: 'danger',
      fault: known.fault,
      title: known.title,
      cause: known.cause + waiting,
      action: known.fix,
      link: known.link,
    });
  }
  if (view.state === 'authorized' && !view.calendarListGranted) {
    found.push({
      id: 'calendar-list-missing',
      severity: 'info',
      title: 'The list of calendars was not granted',
      cause:
        'On the consent screen the permission to see the list of calendars was left off, so only the primary calendar can be chosen.',
      action: 'Authorize again and tick every permission, or go on with the primary calendar.',
      link: '/integrations/google',
    });
  }
  if (gate !== null && view.state === 'authorized') {
    const known = explain(gate.code, gate.detail);
    const severity = known.class === 'held' ? 'danger' : 'warning';
    found.push({
      id: known.code,
      severity,
      title: known.title,
      cause: known.cause + waiting,
      action: known.fix,
      link: known.link,
    });
  }
  return found;
}

function meetings({ queue, heldDevices, claimedTwice, futureEntries }: Facts): Open[] {
  const found: Open[] = [];
  const elsewhere = queue.heldByCode['other-account'] ?? 0;
  if (elsewhere > 0) {
    const known = explain('other-account');
    found.push({
      id: 'other-account',
      severity: 'warning',
      title: known.title,
      cause: `${known.cause} ${elsewhere} ${elsewhere === 1 ? 'change waits' : 'changes wait'}.`,
      action: known.fix,
      link: '/meetings?state=held',
    });
  }
  const stopped = queue.heldByCode['removals-stopped'] ?? 0;
  if (stopped > 0) {
    const known = explain('removals-stopped');
    found.push({
      id: 'removals-stopped',
      severity: 'danger',
      title: known.title,
      cause: `${stopped} of ${futureEntries} future entries would be removed in one change, and their guests told. Nothing of it was done; everything else goes on.`,
      action: 'Confirm if this is meant. Otherwise correct the PBX or the settings: the entries stay as they are.',
      link: '/meetings?state=held',
      confirmable: true,
    });
  }
  for (const { device, message, code } of heldDevices) {
    const known = explain(code);
    found.push({
      id: `${code}:${device}`,
      severity: 'warning',
      title: `${known.title} (${device})`,
      cause: message,
      action: known.fix,
      link: '/devices',
    });
  }
  if (queue.failed > 0) {
    found.push({
      id: 'meetings-failed',
      severity: 'warning',
      title: queue.failed === 1 ? 'One meeting could not be written' : `${queue.failed} meetings could not be written`,
      cause: 'Google or the agent refuses them as they are; every other meeting goes on.',
      action: 'Open the meeting, read what is wrong with it, correct it on the PBX.',
      link: '/meetings?state=failed',
    });
  }
  for (const { device, agent } of claimedTwice) {
    found.push({
      id: `device-claimed-twice:${device}`,
      severity: 'warning',
      title: 'Two agents serve the same PBX',
      cause: `Entries of ${device} carry the name of another agent, "${agent}".`,
      action: 'Let one agent serve the device: set DEVICES of the other one, or stop it.',
      link: '/devices',
    });
  }
  return found;
}

function storage({ ledger, sealed, publicUrlNotes }: Facts): Open[] {
  const found: Open[] = [];
  if (ledger !== null) {
    found.push({
      id: 'ledger-unavailable',
      severity: 'danger',
      title: 'The agent cannot write to its disk',
      cause: `${ledger} Nothing is acknowledged until it can; the broker keeps the messages.`,
      action: 'Make room on the disk of DATA_DIR, and check that the agent may write there.',
      link: null,
    });
  }
  if (sealed) {
    found.push({
      id: 'settings-sealed',
      severity: 'danger',
      title: 'The stored secrets cannot be opened',
      cause: 'The key that seals them (SECRET_KEY_FILE) is missing or is another one. Nothing was overwritten.',
      action: 'Put the key back and start the agent again, or save the credentials anew and authorize again.',
      link: '/integrations/google',
    });
  }
  for (const note of publicUrlNotes) {
    found.push({
      id: 'public-url',
      severity: 'info',
      title: 'PUBLIC_URL cannot serve as redirect URI',
      cause: note,
      action: 'Use a public https name, or paste the code from the address bar.',
      link: null,
    });
  }
  return found;
}

/** Keeps since when each problem is open, and says whether anything changed. */
export class ProblemBoard {
  #open = new Map<string, Problem>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns what opened and what closed. */
  replace(present: Omit<Problem, 'since'>[]): { opened: Problem[]; closed: Problem[]; changed: boolean } {
    const next = new Map<string, Problem>();
    const opened: Problem[] = [];
    let changed = false;
    for (const item of present) {
      const known = this.#open.get(item.id);
      const problem = { ...item, since: known?.since ?? new Date(this.#clock()).toISOString() };
      next.set(item.id, problem);
      if (known === undefined) opened.push(problem);
      if (JSON.stringify(known) !== JSON.stringify(problem)) changed = true;
    }
    const closed = [...this.#open.values()].filter((item) => !next.has(item.id));
    this.#open = next;
    return { opened, closed, changed: changed || closed.length > 0 };
  }

  list(): Problem[] {
    const rank = { danger: 0, warning: 1, info: 2 };
    return [...this.#open.values()].sort(
      (a, b) => rank[a.severity] - rank[b.severity] || a.since.localeCompare(b.since),
    );
  }
}
