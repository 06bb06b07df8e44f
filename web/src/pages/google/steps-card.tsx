import { useEffect, useState } from 'preact/hooks';
import type { Attempt, AuthorizationState } from '../../../../src/contracts/http.ts';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CopyBox } from '../../components/copy-box.tsx';
import { FailureNotice } from '../../components/failure-notice.tsx';
import { Link } from '../../components/link.tsx';
import { Notice } from '../../components/notice.tsx';
import { PasteBox } from '../../components/paste-box.tsx';
import { type StepItem, Steps } from '../../components/steps.tsx';
import { call, Failure } from '../../data/api.ts';
import { useAction } from '../../data/hooks.ts';
import { instant } from '../../format.ts';
import { rich, t } from '../../messages/t.ts';

/** The four numbered steps, in the words that PBX administrators know. */
export function StepsCard(props: {
  enabled: boolean;
  authorization: AuthorizationState;
  /** Authorized since the page was opened. */
  fresh: boolean;
  onChange: () => void;
}) {
  const { enabled, authorization, fresh, onChange } = props;
  const [attempt, setAttempt] = useState<Attempt | null>(null);
  const [code, setCode] = useState('');
  const beginning = useAction();
  const finishing = useAction();
  const authorized = authorization.state === 'authorized';

  const begin = () => {
    // Opened at once, while the click still counts as the person's own; its address follows.
    const tab = window.open('about:blank', '_blank');
    if (tab !== null) tab.opener = null;
    finishing.clear();
    beginning.run(async () => {
      try {
        const made = await call<Attempt>('POST', '/api/v1/google/authorization');
        setAttempt(made);
        if (tab !== null) tab.location.replace(made.url);
      } catch (error) {
        tab?.close();
        throw error;
      }
    });
  };
  const finish = (event: Event) => {
    event.preventDefault();
    finishing.run(async () => {
      await call<AuthorizationState>('PUT', '/api/v1/google/authorization', { code }).catch((error: unknown) => {
        // The dialog above asks what shall become of the entries.
        if (!(error instanceof Failure) || error.problem.code !== 'other-account-chosen') throw error;
      });
      setCode('');
      setAttempt(null);
      onChange();
    });
  };
  // Completed in another tab, by the agent's own page at the redirect URI.
  useEffect(() => {
    if (!fresh) return;
    setAttempt(null);
    setCode('');
  }, [fresh, authorization.authorizedAt]);

  const stage = !enabled ? 0 : code.trim() !== '' ? 4 : attempt !== null ? 2 : 1;
  const state = (number: number): StepItem['state'] =>
    number < stage ? 'done' : number === stage ? 'current' : 'next';
  return (
    <Card id="steps" title={t(authorized ? 'stepsTitleAgain' : 'stepsTitle')}>
      {enabled ? null : (
        <Notice tone="info">
          <p>{t('stepsNeedClient')}</p>
        </Notice>
      )}
      <form class="stack" onSubmit={finish} noValidate>
        <Steps
          items={[
            {
              key: 'get',
              state: state(1),
              content: (
                <>
                  <p>{t('stepGetCode')}</p>
                  <div class="row">
                    <Button
                      kind={attempt === null && !authorized ? 'primary' : undefined}
                      busy={beginning.busy}
                      disabled={!enabled}
                      onClick={begin}
                    >
                      {t('getCode')}
                    </Button>
                  </div>
                  <FailureNotice failure={beginning.failure} />
                  {attempt === null ? null : (
                    <div role="status" class="stack-small">
                      <p>
                        {rich('tabOpened', {
                          link: <Link href={attempt.url}>{t('tabOpenedLink')}</Link>,
                          time: <strong>{instant(attempt.expiresAt)}</strong>,
                        })}
                      </p>
                      <CopyBox label={t('signInAddress')} value={attempt.url} />
                    </div>
                  )}
                </>
              ),
            },
            {
              key: 'sign-in',
              state: state(2),
              content: (
                <>
                  <p>{t('stepSignIn')}</p>
                  <Notice tone="warning">
                    <p>{t('stepSignInWarning')}</p>
                  </Notice>
                </>
              ),
            },
            { key: 'accept', state: state(3), content: <p>{t('stepAccept')}</p> },
            {
              key: 'paste',
              state: state(4),
              content: (
                <>
                  <p>{t('stepPaste')}</p>
                  <PasteBox
                    label={t('code')}
                    value={code}
                    onInput={setCode}
                    attemptUrl={attempt?.url ?? null}
                    disabled={!enabled}
                  />
                  <FailureNotice failure={finishing.failure} />
                  <div class="row">
                    <Button
                      kind={stage === 4 ? 'primary' : undefined}
                      type="submit"
                      busy={finishing.busy}
                      disabled={!enabled || code.trim() === ''}
                    >
                      {t('authorize')}
                    </Button>
                  </div>
                </>
              ),
            },
          ]}
        />
        <div role="status">
          {fresh && authorized && attempt === null ? (
            <Notice tone="good" title={t('success')}>
              <p>{t('successText', { account: authorization.account ?? '' })}</p>
            </Notice>
          ) : null}
        </div>
      </form>
    </Card>
  );
}
