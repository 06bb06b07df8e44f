import { useState } from 'preact/hooks';
import type { AuthorizationState } from '../../../../src/contracts/http.ts';
import { call } from '../../api.ts';
import { Button, Card, ConfirmDialog, FailureNotice, Notice } from '../../components/basics.tsx';
import { instant } from '../../format.ts';
import { useAction } from '../../hooks.ts';
import { t } from '../../messages/en.ts';

const SCOPES: Record<string, string> = {
  openid: 'know who you are',
  email: 'know your e-mail address',
  'https://www.googleapis.com/auth/calendar.events': 'view and edit events',
  'https://www.googleapis.com/auth/calendar.calendarlist.readonly': 'see the list of calendars',
};

export function AccountCard({
  authorization,
  fresh,
  onChange,
}: {
  authorization: AuthorizationState;
  fresh: boolean;
  onChange: () => void;
}) {
  const [asking, setAsking] = useState<'here' | 'revoke' | null>(null);
  const action = useAction();
  const forget = (revoke: boolean) =>
    action.run(async () => {
      await call('DELETE', `/api/v1/google/authorization?revoke=${revoke}`);
      onChange();
    });
  const working = authorization.state === 'authorized';
  return (
    <Card title="Authorized account">
      <div role="status">
        {fresh && working ? (
          <Notice tone="good" title={t('success')}>
            <p>{authorization.account}</p>
          </Notice>
        ) : null}
      </div>
      {working ? null : (
        <Notice tone="danger" title="The authorization has ended">
          <p>Authorize again below. Meetings wait meanwhile, and nothing is lost.</p>
        </Notice>
      )}
      <dl class="facts">
        <dt>Account</dt>
        <dd>{authorization.account}</dd>
        <dt>May</dt>
        <dd>{authorization.scopes.map((scope) => SCOPES[scope] ?? scope).join(', ')}</dd>
        <dt>Authorized</dt>
        <dd>{instant(authorization.authorizedAt)}</dd>
        {authorization.consentExpiresAt === null ? null : (
          <>
            <dt>Ends</dt>
            <dd>
              {instant(authorization.consentExpiresAt)}. Google ends authorizations of apps in testing after seven days;
              publish the app, then authorize once more.
            </dd>
          </>
        )}
      </dl>
      <FailureNotice failure={action.failure} />
      <div class="row">
        <Button kind="danger" onClick={() => setAsking('here')}>
          Disconnect here
        </Button>
        <Button kind="danger" onClick={() => setAsking('revoke')}>
          Disconnect here and at Google
        </Button>
      </div>
      {asking === null ? null : (
        <ConfirmDialog
          title={asking === 'here' ? 'Disconnect this agent?' : 'Disconnect at Google too?'}
          confirm="Disconnect"
          onConfirm={() => forget(asking === 'revoke')}
          onClose={() => setAsking(null)}
        >
          <p>Meetings wait until an account is authorized again. Entries in the calendar stay.</p>
          {asking === 'revoke' ? (
            <p>
              Google ends the permission of every client of the same Google Cloud project: other PBXs that share the
              project must be authorized anew.
            </p>
          ) : null}
        </ConfirmDialog>
      )}
    </Card>
  );
}
