import { AppError } from '../src/errors.ts';

/** What stops a device, in words that help. Shown in the log, in the health file and in the retained identity. */
export interface Problem {
  code: string;
  title: string;
  fix: string;
}

const EXPLANATIONS: Record<string, { title: string; fix: string }> = {
  'pbx-unreachable': {
    title: 'The PBX cannot be reached',
    fix: 'Check PBX_URL (the address of its web page, with the port) and the network between here and there.',
  },
  'pbx-timeout': {
    title: 'The PBX does not answer in time',
    fix: 'Check its load and the network; it is asked again.',
  },
  'pbx-certificate': {
    title: 'The certificate of the PBX is not trusted',
    fix: 'Run "npm run bridge -- trust", compare the fingerprint with the PBX and set PBX_TLS_FINGERPRINT; after a factory reset or a new certificate do so again.',
  },
  'pbx-tls': {
    title: 'No secure connection could be agreed on',
    fix: 'An old unit may need PBX_TLS_SECURITY_LEVEL=1 (weak key exchange, for this device alone).',
  },
  'not-a-pbx': {
    title: 'What answers is not the API of a PBX',
    fix: 'Check host and port of PBX_URL, and that no portal or proxy stands in between.',
  },
  'pbx-answer': { title: 'The PBX gave an answer that cannot be read', fix: 'Run the probe and report its output.' },
  'pbx-api-closed': {
    title: 'The API is closed to this user or to this address (-47)',
    fix: 'On the PBX under HTTPS API Settings (New): enable the API, create the user, and permit the address of this machine.',
  },
  'pbx-login-refused': {
    title: 'User or password were refused',
    fix: 'Correct PBX_USER or PBX_PASSWORD. To protect the account from a lock-out the bridge does not try these again; after a change on the PBX run "npm run bridge -- probe" once.',
  },
  'pbx-login-forbidden': {
    title: 'The PBX forbids this login',
    fix: 'Look under the login restrictions of the PBX; the bridge tries again in an hour.',
  },
  'pbx-locked': {
    title: 'The PBX has locked the login',
    fix: 'Wait, or lift the restriction on the PBX; the bridge tries again after half an hour.',
  },
  'pbx-login-wait': { title: 'The next login has to wait', fix: 'The last one failed less than a minute ago.' },
  'pbx-no-permission': {
    title: 'The API user lacks a permission',
    fix: 'On the PBX tick the permission for this action at the API user.',
  },
  'pbx-throttled': { title: 'The PBX asks for patience', fix: 'Raise POLL_SECONDS; it is asked again.' },
  'pbx-busy': { title: 'The PBX could not answer', fix: 'It is asked again.' },
  'pbx-unsupported': {
    title: 'The PBX does not know the actions for meetings',
    fix: 'Run the probe; another dialect or a newer firmware is needed.',
  },
  'pbx-invalid-parameters': {
    title: 'The PBX does not take the parameters of the dialect',
    fix: 'Run the probe and correct the dialect file.',
  },
  'dialect-unknown': {
    title: 'No dialect is known for this model',
    fix: 'Set DIALECT_FILE; the probe shows what the PBX offers.',
  },
  'mapping-incomplete': {
    title: 'The mapping of the meetings is incomplete; nothing is published',
    fix: 'Run the probe, add the names of the missing fields to a dialect file and set DIALECT_FILE.',
  },
  'list-incomplete': {
    title: 'The list of meetings was not complete',
    fix: 'It is asked again; nothing was concluded from it.',
  },
  'other-device': {
    title: 'Another device answers under this id',
    fix: 'Check PBX_URL. If the hardware was replaced, run "npm run bridge -- accept-device"; else choose another DEVICE_ID.',
  },
  'device-id-needed': {
    title: 'The PBX does not say its MAC',
    fix: 'Set DEVICE_ID: small letters, digits and hyphens.',
  },
  'device-twice': { title: 'Two entries lead to the same device', fix: 'Remove one of them from the devices file.' },
  'state-damaged': {
    title: 'The file in DATA_DIR with what is known of this device is damaged',
    fix: 'Move it away; every meeting is then published again under its name, and what was deleted meanwhile stays in the calendar.',
  },
  'state-newer': { title: 'The file in DATA_DIR was written by a newer version', fix: 'Use that version again.' },
  'password-file': { title: 'The password file cannot be read', fix: 'Check PBX_PASSWORD_FILE and its permissions.' },
  'list-collapsed': {
    title: 'Most meetings vanished at once; their cancellation is held',
    fix: 'Look at the PBX. If they were really deleted, they are cancelled after the time of PBX_HOLD_SECONDS.',
  },
};

export function explain(error: unknown): Problem {
  const code = error instanceof AppError ? error.code : 'bridge-error';
  const known = EXPLANATIONS[code];
  const detail = error instanceof AppError ? Object.entries(error.detail) : [];
  const facts = detail.length === 0 ? '' : ` (${detail.map(([name, value]) => `${name}: ${value}`).join('; ')})`;
  return {
    code,
    title: (known?.title ?? 'The bridge met something unexpected') + facts,
    fix: known?.fix ?? 'Look at the log; it is tried again.',
  };
}

/** Whether the PBX itself was not there, as opposed to saying no. */
export function isAway(error: unknown): boolean {
  return (
    error instanceof AppError &&
    ['pbx-unreachable', 'pbx-timeout', 'pbx-certificate', 'pbx-tls', 'not-a-pbx'].includes(error.code)
  );
}
