import type { AuthorizationView, CertificateView, Problem, QueueFigures } from './ports.ts';

/** The status object of the admin API. */
export interface Status {
  version: string;
  startedAt: string;
  mqtt: { state: 'connected' | 'connecting' | 'refused'; url: string; embedded: boolean };
  google: Pick<AuthorizationView, 'state' | 'account' | 'authorizedAt' | 'consentExpiresAt' | 'consentEndsBecause'>;
  queue: { pending: number; held: number; failed: number; oldestAt: string | null };
  /** Of the admin pages; null = plain http. */
  certificate: { own: boolean; fingerprint: string; validTo: string } | null;
  problems: Problem[];
}

export function statusOf(facts: {
  version: string;
  startedAt: string;
  mqtt: Status['mqtt'];
  google: AuthorizationView;
  queue: QueueFigures;
  certificate: CertificateView | null;
  problems: Problem[];
}): Status {
  const { state, account, authorizedAt, consentExpiresAt, consentEndsBecause } = facts.google;
  const { certificate } = facts;
  const { pending, held, failed, oldestAt } = facts.queue;
  return {
    version: facts.version,
    startedAt: facts.startedAt,
    mqtt: facts.mqtt,
    google: { state, account, authorizedAt, consentExpiresAt, consentEndsBecause },
    queue: { pending, held, failed, oldestAt: oldestAt === null ? null : new Date(oldestAt).toISOString() },
    certificate:
      certificate === null
        ? null
        : {
            own: certificate.own,
            fingerprint: certificate.fingerprint,
            validTo: new Date(certificate.validTo).toISOString(),
          },
    problems: facts.problems,
  };
}

/** The retained topic may be read by more people than the admin page: no address of the account. */
export function statusPayload(status: Status): string {
  return JSON.stringify({ ...status, google: { ...status.google, account: null } });
}
