import { Card } from '../../components/card.tsx';
import { CopyBox } from '../../components/copy-box.tsx';
import { Link } from '../../components/link.tsx';
import { Notice } from '../../components/notice.tsx';
import { Steps } from '../../components/steps.tsx';
import { rich, t } from '../../messages/t.ts';

const CONSOLE = 'https://console.cloud.google.com';

/** What has to be done in Google Cloud first, once. */
export function GuideCard({ redirectUri, open }: { redirectUri: string; open: boolean }) {
  const project = <Link href={`${CONSOLE}/projectcreate`}>{t('guideProjectLink')}</Link>;
  const api = <Link href={`${CONSOLE}/apis/library/calendar-json.googleapis.com`}>{t('guideApiLink')}</Link>;
  const consent = <Link href={`${CONSOLE}/auth/overview`}>{t('guideConsentLink')}</Link>;
  const client = <Link href={`${CONSOLE}/auth/clients`}>{t('guideClientLink')}</Link>;
  return (
    <Card>
      <details class="guide" open={open}>
        <summary>
          <h2>{t('guideTitle')}</h2>
        </summary>
        <div class="stack">
          <p>{t('guideIntro')}</p>
          <Steps
            items={[
              { key: 'project', state: 'plain', content: <p>{rich('guideProject', { link: project })}</p> },
              { key: 'api', state: 'plain', content: <p>{rich('guideApi', { link: api })}</p> },
              {
                key: 'consent',
                state: 'plain',
                content: (
                  <>
                    <p>{rich('guideConsent', { link: consent })}</p>
                    <ul>
                      <li>
                        <strong>{t('guideInternal')}</strong> {t('guideInternalText')}
                      </li>
                      <li>
                        <strong>{t('guideExternal')}</strong> {t('guideExternalText')}
                      </li>
                    </ul>
                  </>
                ),
              },
              {
                key: 'client',
                state: 'plain',
                content: (
                  <>
                    <p>{rich('guideClient', { link: client, type: <strong>{t('guideClientType')}</strong> })}</p>
                    <CopyBox label={t('guideRedirect')} value={redirectUri} />
                  </>
                ),
              },
              { key: 'copy', state: 'plain', content: <p>{t('guideCopy')}</p> },
            ]}
          />
          <Notice tone="info">
            <p>{t('guideDelay')}</p>
          </Notice>
        </div>
      </details>
    </Card>
  );
}
