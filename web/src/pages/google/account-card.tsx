import { useState } from 'preact/hooks';
import type { AuthorizationState } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { ChoiceField } from '../../components/choice-field.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Facts } from '../../components/facts.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { StatusText } from '../../components/status-text.tsx';
import { useToast } from '../../components/toast.tsx';
import { call } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { instant, relative } from '../../format.ts';
import { type Key, t } from '../../messages/t.ts';

const SCOPES: Record<string, Key & `scope${string}`> = {
  'https://www.googleapis.com/auth/calendar.events': 'scopeEvents',
  'https://www.googleapis.com/auth/calendar': 'scopeAll',
  'https://www.googleapis.com/auth/calendar.readonly': 'scopeReadOnly',
  'https://www.googleapis.com/auth/calendar.calendarlist': 'scopeList',
  'https://www.googleapis.com/auth/calendar.calendarlist.readonly': 'scopeList',
  email: 'scopeEmail',
  openid: 'scopeOpenid',
};

export function AccountCard({ authorization, onChange }: { authorization: AuthorizationState; onChange: () => void }) {
  const { account, authorizedAt, state } = authorization;
  const [asking, setAsking] = useState(false);
  const [where, setWhere] = useState<'here' | 'google'>('here');
  const action = useAction();
  const toast = useToast();
  const forget = () =>
    action.run(async () => {
      await call('DELETE', `/api/v1/google/authorization?revoke=${where === 'google'}`);
      toast(t('disconnected'));
      onChange();
    });
  const working = state === 'authorized';
  return (
    <Card
      title={t('accountTitle')}
      aside={
        <StatusText tone={working ? 'good' : 'danger'}>
          {t(working ? 'googleAuthorized' : 'googleReauthorize')}
        </StatusText>
      }
    >
      <Facts
        items={[
          [t('accountAccount'), <strong key="account">{account}</strong>],
          [t('accountMay'), working ? <Scopes authorization={authorization} /> : null],
          [t('accountSince'), authorizedAt === null ? null : instant(authorizedAt)],
          [t('accountEnds'), working ? <ConsentClock authorization={authorization} /> : null],
        ]}
      />
      <FailureNotice failure={action.failure} />
      <div class="row">
        <Button kind="danger" busy={action.busy} onClick={() => setAsking(true)}>
          {t('disconnect')}
        </Button>
      </div>
      {asking ? (
        <ConfirmDialog
          title={t('disconnectTitle', { account: account ?? '' })}
          confirm={t('disconnect')}
          onConfirm={forget}
          onClose={() => setAsking(false)}
        >
          <p>{t('disconnectText')}</p>
          <ChoiceField
            label={t('disconnectWhere')}
            value={where}
            onChange={setWhere}
            options={[
              { value: 'here', label: t('disconnectHere'), help: t('disconnectHereHelp') },
              { value: 'google', label: t('disconnectGoogle'), help: t('disconnectGoogleHelp') },
            ]}
          />
        </ConfirmDialog>
      ) : null}
    </Card>
  );
}

/** When Google ends the permission by itself, and why. */
function ConsentClock({ authorization }: { authorization: AuthorizationState }) {
  const { consentExpiresAt, consentEndsBecause } = authorization;
  if (consentExpiresAt === null) return <>{t('accountNoEnd')}</>;
  const when = { when: instant(consentExpiresAt), relative: relative(consentExpiresAt, Date.now()) };
  const testing = consentEndsBecause === 'app-in-testing';
  return (
    <>
      {testing ? t('accountEndsTesting', when) : t('accountEndsLimited', when)}
      <span class="hint line">{t(testing ? 'accountEndsTestingHelp' : 'accountEndsLimitedHelp')}</span>
    </>
  );
}

function Scopes({ authorization: { scopes, calendarListGranted } }: { authorization: AuthorizationState }) {
  const words = scopes.map((scope) => {
    const key = SCOPES[scope];
    return key === undefined ? scope : t(key);
  });
  return (
    <ul class="plain">
      {[...new Set(words)].map((line) => (
        <li key={line}>{line}</li>
      ))}
      {calendarListGranted ? null : (
        <li>
          <StatusText tone="warning">{t('scopeMissingList')}</StatusText>
        </li>
      )}
    </ul>
  );
}
