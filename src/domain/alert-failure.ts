/**
 * Why an alert could not be sent, and what a person can do about it. `{reason}` is filled in from the failure's own
 * facts. API, page, problems and log read this table.
 */
export interface AlertExplanation {
  title: string;
  /** What happened, in plain words. */
  cause: string;
  /** What to do, in a sentence. */
  fix: string;
  /** HTTP status when the failure is an answer of the admin API. */
  status: number;
}

const table = {
  'alerts-not-configured': {
    title: 'This channel is not set up',
    cause: 'What is needed to send over it is not saved: {reason}.',
    fix: 'Fill in the fields of the channel under Settings > Alerts, save, and test again.',
    status: 409,
  },
  'alerts-secret-lost': {
    title: 'The stored secret of this channel cannot be opened',
    cause: 'The key that seals it (SECRET_KEY_FILE) is missing or is another one.',
    fix: 'Put the key back and start the agent again; or enter the password anew, or make a new signing secret.',
    status: 409,
  },
  'alerts-address-refused': {
    title: 'Alerts do not go to this address',
    cause: 'The address {reason}. The agent sends nothing there, so that nobody can reach such a service through it.',
    fix: 'Use the address of a server that is meant to receive alerts.',
    status: 422,
  },
  'alerts-interrupted': {
    title: 'The sending was interrupted',
    cause: 'The agent is stopping.',
    fix: 'Try again once it runs.',
    status: 503,
  },
  // ---- webhook
  'webhook-unreachable': {
    title: 'The webhook cannot be reached',
    cause: 'The agent got no connection to the server of the webhook: {reason}.',
    fix: 'Check the address, that the server runs, and the proxy and firewall between the agent and it.',
    status: 502,
  },
  'webhook-timeout': {
    title: 'The webhook does not answer in time',
    cause: 'The server of the webhook gave no answer within ten seconds.',
    fix: 'Let the receiver answer at once and do its work afterwards; check that nothing on the way swallows the request.',
    status: 504,
  },
  'webhook-certificate': {
    title: 'The certificate of the webhook is not accepted',
    cause: 'The connection was not made, because {reason}.',
    fix: 'Mend the certificate of the server. An authority of your own is trusted through NODE_EXTRA_CA_CERTS.',
    status: 502,
  },
  'webhook-redirect': {
    title: 'The webhook points somewhere else',
    cause: 'The server answered with a redirect. The agent follows none, so that an alert goes nowhere unseen.',
    fix: 'Enter the address that the redirect leads to, if it is yours.',
    status: 502,
  },
  'webhook-unauthorized': {
    title: 'The webhook refuses the agent',
    cause: 'The server answered that the agent may not send there. Often the receiver holds another signing secret.',
    fix: 'Compare the address with the one that the receiver shows; make a new signing secret and enter it there.',
    status: 502,
  },
  'webhook-gone': {
    title: 'The webhook is not there',
    cause: 'The server answered that there is nothing at this address, or no longer.',
    fix: 'Compare the address with the one that the receiver shows.',
    status: 502,
  },
  'webhook-refused': {
    title: 'The webhook does not take the alert',
    cause: 'The server answered with something else than success.',
    fix: 'Look at the answer and at the log of the receiver. An alert is tried again by itself.',
    status: 502,
  },
  // ---- mail
  'smtp-unreachable': {
    title: 'The mail server cannot be reached',
    cause: 'The agent got no connection to the mail server: {reason}.',
    fix: 'Check host and port (465 for TLS, 587 for STARTTLS), and the firewall between the agent and the server.',
    status: 502,
  },
  'smtp-timeout': {
    title: 'The mail server does not answer in time',
    cause:
      'The mail server was silent for too long. TLS on a port that expects STARTTLS, or the other way round, looks like this.',
    fix: 'Check that port and security go together: 465 with TLS, 587 with STARTTLS.',
    status: 504,
  },
  'smtp-certificate': {
    title: 'The certificate of the mail server is not accepted',
    cause: 'The connection was not made, because {reason}.',
    fix: 'Enter the name that stands in the certificate, or mend the certificate. An authority of your own is trusted through NODE_EXTRA_CA_CERTS.',
    status: 502,
  },
  'smtp-security': {
    title: 'No encrypted connection to the mail server',
    cause: 'The server does not speak TLS in the way that is set here: {reason}.',
    fix: 'Choose TLS for port 465 and STARTTLS for port 587. Choose no encryption only for a server in your own network that offers none.',
    status: 502,
  },
  'smtp-auth': {
    title: 'The mail server refuses user or password',
    cause: 'The sign-in failed. Large providers want an app password in place of the account’s own.',
    fix: 'Enter user and password again; where the account has two-step verification, make an app password.',
    status: 502,
  },
  'smtp-sender-refused': {
    title: 'The mail server refuses the sender',
    cause: 'The server does not let this user, or this machine, send from the address under "From".',
    fix: 'Enter an address under "From" that belongs to the user; check whether the server asks for a sign-in.',
    status: 502,
  },
  'smtp-recipients-refused': {
    title: 'The mail server refuses every recipient',
    cause: 'None of the addresses was taken.',
    fix: 'Check the recipients for typing errors, and whether the server may send to them.',
    status: 502,
  },
  'smtp-refused': {
    title: 'The mail server does not take the mail',
    cause: 'The server ended the conversation with a refusal.',
    fix: 'Look at the answer and at the log of the mail server. An alert is tried again by itself.',
    status: 502,
  },
} as const satisfies Record<string, AlertExplanation>;

export type AlertFailureCode = keyof typeof table;

export function isAlertFailureCode(code: string): code is AlertFailureCode {
  return Object.hasOwn(table, code);
}

export function explainAlertFailure(
  code: AlertFailureCode,
  detail: Readonly<Record<string, string>>,
): AlertExplanation {
  const found: AlertExplanation = table[code];
  return { ...found, cause: found.cause.replace('{reason}', detail['reason'] ?? 'the reason is not known') };
}
