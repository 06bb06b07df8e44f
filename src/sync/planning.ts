import { supportOf } from '../domain/device.ts';
import type { Warning } from '../domain/meeting.ts';
import { type Plan, plan } from '../domain/plan.ts';
import type { CalendarSettings, CalendarTarget, Claim, LeftBehind } from './ports.ts';

export interface PlanningContext {
  settings: CalendarSettings;
  target: CalendarTarget;
  agentId: string;
  now: number;
  /** As if the device were known and supported: what will be written once it is. */
  unhindered?: true;
}

/** Gathers what the plan needs from where it is kept, and plans. A dry run calls the very same. */
export function planFor(claim: Claim, context: PlanningContext): Plan {
  const { settings, target, agentId, now, unhindered } = context;
  const planned = plan({
    device: claim.device,
    deviceZone: claim.identity?.timeZone ?? null,
    main: claim.main,
    occurrences: claim.occurrences,
    recorded: claim.recorded,
    deviceCode: unhindered === true ? null : supportOf(claim.identity).code,
    now,
    policy: {
      agentId,
      target,
      sendUpdates: settings.sendUpdates,
      selector: settings.selector,
      tag: settings.tag,
      deletedInCalendar: settings.deletedInCalendar,
      reminders: settings.reminders,
      visibility: settings.visibility,
      includePassword: settings.includePassword,
    },
  });
  return { ...planned, warnings: [...planned.warnings, ...leftWarnings(claim.leftBehind)] };
}

function leftWarnings(leftBehind: LeftBehind[]): Warning[] {
  if (leftBehind.length === 0) return [];
  const calendars = [...new Set(leftBehind.map((item) => item.calendarId))].join(', ');
  const message = `An earlier entry stays in the calendar ${calendars}: the account was changed, and the agent can no longer change or remove it there. Remove it by hand.`;
  return [{ code: 'left-in-other-account', path: '', message }];
}
