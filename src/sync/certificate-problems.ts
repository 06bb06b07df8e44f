import type { CertificateView, Problem } from './ports.ts';

const DAY_MS = 86_400_000;
const SOON_DAYS = 14;

/** What a person has to do about the certificate of the admin pages. null = they are served without one. */
export function certificateProblems(view: CertificateView | null, now: number): Omit<Problem, 'since'>[] {
  if (view === null) return [];
  const found: Omit<Problem, 'since'>[] = [];
  const date = (time: number) => new Date(time).toISOString().slice(0, 10);
  if (view.fault !== null) {
    found.push({
      id: 'certificate-unusable',
      severity: 'warning',
      title: 'The new certificate cannot be used',
      cause: `${capital(view.fault)}. The pages are still served with the earlier certificate.`,
      action: view.own
        ? 'Make room on the disk of DATA_DIR, and check that the agent may write into its folder tls.'
        : 'Put a PEM certificate (with its chain) at TLS_CERT_FILE and the key that belongs to it at TLS_KEY_FILE, readable for the agent. It takes them up by itself.',
      link: null,
      fault: 'administrator',
    });
  }
  const renew = view.own
    ? 'Send the agent SIGHUP or start it again; it makes a new one by itself.'
    : 'Renew the certificate and put it at TLS_CERT_FILE and TLS_KEY_FILE; the agent takes it up by itself, without a restart.';
  const days = Math.floor((view.validTo - now) / DAY_MS);
  if (view.validTo <= now) {
    found.push({
      id: 'certificate-expired',
      severity: 'danger',
      title: 'The certificate of the admin pages has expired',
      cause: `It was valid until ${date(view.validTo)}. Browsers warn of the pages or refuse to show them.`,
      action: renew,
      link: null,
      fault: 'administrator',
    });
  } else if (days < SOON_DAYS) {
    found.push({
      id: 'certificate-ends',
      severity: 'warning',
      title: 'The certificate of the admin pages ends soon',
      cause: `It is valid until ${date(view.validTo)}, ${days === 0 ? 'less than a day' : days === 1 ? 'one more day' : `${days} more days`}.`,
      action: renew,
      link: null,
      fault: 'administrator',
    });
  }
  if (view.validFrom > now) {
    found.push({
      id: 'certificate-not-yet-valid',
      severity: 'warning',
      title: 'The certificate of the admin pages is not valid yet',
      cause: `It is valid from ${date(view.validFrom)}; the clock of this machine says ${date(now)}.`,
      action: 'Check the clock of the machine, or use a certificate that is valid already.',
      link: null,
      fault: 'administrator',
    });
  }
  return found;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
