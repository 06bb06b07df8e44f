import { explain, type Fault, isFailureCode } from '../domain/failure.ts';
import { failureProblemId } from './alert-plan.ts';
import { consentProblem } from './consent-problem.ts';
import type { AlertChannelFailure, AuthorizationView, Clock, Problem, QueueFigures } from './ports.ts';

/** What the problems are told from. Every fact is the present state, so a problem ends when its cause does. */
export interface Facts {
  mqtt: { state: 'connected' | 'connecting' | 'refused'; reason: string | null; url: string };
  /** The broker had forgotten the agent's session: since when, and which devices have not published again. */
  sessionLost: { at: string; waiting: string[] } | null;
  google: AuthorizationView;
  /** Conditions that stop all writes of the account, or all its invitations. */
  gates: { code: string; detail: Readonly<Record<string, string>> }[];
  queue: QueueFigures;
  heldDevices: { device: string; message: string; code: string }[];
  ledger: string | null;
  /** Milliseconds by which Google's clock is ahead of this machine's; null while they agree. */
  clockBehindMs: number | null;
  sealed: boolean;
  /** Devices whose entries carry the name of another agent. */
  claimedTwice: { device: string; agent: string }[];
  publicUrlNotes: string[];
  /** Entries that the calendar holds for meetings not over yet; asked for only while removals are stopped. */
  futureEntries: number;
  /** Channels through which alerts do not go out. */
  alertFailures: AlertChannelFailure[];
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
  'clock-wrong': 'administrator',
  'alerts-failed': 'administrator',
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
    ...alerts(facts),
  ];
  return found.map((item) => ({ ...item, fault: item.fault ?? faultOf(item.id) }));
}

function faultOf(id: string): Fault {
  const [code = ''] = id.split(':');
  return FAULTS[code] ?? (isFailureCode(code) ? explain(code).fault : 'agent');
}

function connection({ mqtt, sessionLost }: Facts): Open[] {
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
  if (sessionLost !== null) {
    found.push({
      id: 'session-lost',
      severity: 'warning',
      title: 'The MQTT broker lost what it kept for the agent',
      cause: `The broker had no session for the agent at ${sessionLost.at}; meetings published while the agent was away may be missing. Every PBX was asked to publish its meetings again; no answer yet from ${listed(sessionLost.waiting)}.`,
      action:
        'Switch on persistence in the broker. Check that the bridge of the PBX runs, and resync it under Devices.',
      link: '/devices',
    });
  }
  return found;
}

function listed(devices: string[]): string {
  const shown = devices.slice(0, 5).join(', ');
  return devices.length > 5 ? `${shown} and ${devices.length - 5} more` : shown;
}

function google({ google: view, gates, queue }: Facts): Open[] {
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
  for (const gate of view.state === 'authorized' ? gates : []) {
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
  for (const [code, count] of Object.entries(queue.stuckByCode)) {
    const known = explain(code);
    // What concerns the whole account is told once, above.
    if (known.class !== 'retry') continue;
    found.push({
      id: known.code,
      severity: 'warning',
      title: known.title,
      cause: `${known.cause} ${count} ${count === 1 ? 'meeting is' : 'meetings are'} tried again and again in vain; nothing is lost.`,
      action: known.fix,
      link: known.link,
    });
  }
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
  const capped = queue.pendingByCode['invitations-capped'] ?? 0;
  if (capped > 0) {
    const known = explain('invitations-capped');
    found.push({
      id: 'invitations-capped',
      severity: 'warning',
      title: known.title,
      cause: `${known.cause} ${capped} ${capped === 1 ? 'meeting waits' : 'meetings wait'}.`,
      action: known.fix,
      link: '/integrations/google/settings',
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
  const unconfirmed = queue.heldByCode['restored'] ?? 0;
  if (unconfirmed > 0) {
    const known = explain('restored');
    found.push({
      id: 'restored',
      severity: 'warning',
      title:
        unconfirmed === 1
          ? 'One meeting waits for its PBX after a restore'
          : `${unconfirmed} meetings wait for their PBX after a restore`,
      cause: known.cause,
      action: known.fix,
      link: '/meetings?state=held',
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

function storage({ ledger, clockBehindMs, sealed, publicUrlNotes }: Facts): Open[] {
  const found: Open[] = [];
  if (clockBehindMs !== null) {
    const minutes = Math.round(Math.abs(clockBehindMs) / 60_000);
    const span = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
    found.push({
      id: 'clock-wrong',
      severity: 'warning',
      title: 'The clock of this machine is wrong',
      cause: `It is about ${span} ${clockBehindMs > 0 ? 'behind' : 'ahead of'} Google's. Meetings are written at their right time, but which of them are over is judged by this clock, and guests of those are not told.`,
      action: 'Set the clock, or switch on NTP; the agent notices by itself.',
      link: null,
    });
  }
  if (ledger !== null) {
    found.push({
      id: 'ledger-unavailable',
      severity: 'danger',
      title: 'The agent cannot write to its disk',
      cause: `${ledger}. Nothing is acknowledged until it can; the broker keeps the messages.`,
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

function alerts({ alertFailures }: Facts): Open[] {
  return alertFailures.map(({ channel, cause, action }) => ({
    id: failureProblemId(channel),
    severity: 'warning',
    title: channel === 'webhook' ? 'Alerts do not reach the webhook' : 'Alerts cannot be mailed',
    cause: `${cause} The agent tries again by itself while there is something to tell.`,
    action,
    link: '/settings/alerts',
  }));
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
