import { supportOf } from '../domain/device.ts';
import type { Warning } from '../domain/meeting.ts';
import { type Plan, plan } from '../domain/plan.ts';
import type { CalendarSettings, CalendarTarget, Claim } from './ports.ts';

/** Gathers what the plan needs from where it is kept, and plans. A dry run calls the very same. */
export function planFor(
  claim: Claim,
  context: { settings: CalendarSettings; target: CalendarTarget; agentId: string; now: number },
): Plan {
  const { settings, target, agentId, now } = context;
  const planned = plan({
    device: claim.device,
    deviceZone: claim.identity?.timeZone ?? null,
    main: claim.main,
    occurrences: claim.occurrences,
    recorded: claim.recorded,
    deviceCode: supportOf(claim.identity).code,
    now,
    policy: {
      agentId,
      target,
      sendUpdates: settings.sendUpdates,
      selector: settings.selector,
      tag: settings.tag,
      reminders: settings.reminders,
      visibility: settings.visibility,
      includePassword: settings.includePassword,
    },
  });
  return { ...planned, warnings: [...planned.warnings, ...leftWarnings(claim)] };
}

/** Entries in an account that is not used any more. One that the meeting has taken up again is no longer left. */
function leftWarnings({ leftBehind, recorded }: Claim): Warning[] {
  const main = recorded.find((item) => item.occurrence === null);
  const calendars = leftBehind
    .filter((item) => item.calendarId !== main?.calendarId || item.eventId !== main.eventId)
    .map((item) => item.calendarId);
  if (calendars.length === 0) return [];
  const message = `An earlier entry stays in the calendar ${[...new Set(calendars)].join(', ')}: the account was changed, and the agent can no longer change or remove it there. Remove it by hand.`;
  return [{ code: 'left-in-other-account', path: '', message }];
}
