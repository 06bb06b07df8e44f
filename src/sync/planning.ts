import { supportOf } from '../domain/device.ts';
import { type Plan, plan } from '../domain/plan.ts';
import type { CalendarSettings, CalendarTarget, Claim } from './ports.ts';

/** Gathers what the plan needs from where it is kept, and plans. A dry run calls the very same. */
export function planFor(
  claim: Claim,
  context: { settings: CalendarSettings; target: CalendarTarget; agentId: string; now: number },
): Plan {
  const { settings, target, agentId, now } = context;
  return plan({
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
      deletedInCalendar: settings.deletedInCalendar,
      reminders: settings.reminders,
      visibility: settings.visibility,
      includePassword: settings.includePassword,
    },
  });
}
