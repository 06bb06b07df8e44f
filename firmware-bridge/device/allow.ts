import type { Dialect } from '../dialect/schema.ts';
import { IDENTITY_ACTIONS } from '../pbx/identity.ts';

/**
 * The actions that the bridge may call on a PBX. Whatever a dialect file says, reading is `list...` and `get...`, and
 * nothing is changed or deleted; `add...` needs PBX_ALLOW_WRITE and a dialect whose names were confirmed.
 */
export function allowedActions(
  dialect: Dialect | null,
  how: { write: boolean; lookUpAddresses: boolean },
): ReadonlySet<string> {
  const reading = [
    ...IDENTITY_ACTIONS,
    dialect?.list.action,
    dialect?.get?.action,
    how.lookUpAddresses ? dialect?.users?.list.action : undefined,
  ].filter((action): action is string => action !== undefined && /^(list|get)[A-Z]/.test(action));
  const write = dialect?.write;
  const writing = how.write && write?.confirmed === true && /^add[A-Z]/.test(write.action) ? [write.action] : [];
  return new Set([...reading, ...writing]);
}
