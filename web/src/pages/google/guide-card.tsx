import type { ComponentChildren } from 'preact';
import { Card, CopyBox } from '../../components/basics.tsx';

const CONSOLE = 'https://console.cloud.google.com';

/** What has to be done at Google first, once. */
export function GuideCard({ redirectUri, open }: { redirectUri: string; open: boolean }) {
  return (
    <Card>
      <details open={open}>
        <summary>Set up Google Cloud (once)</summary>
        <ol class="steps">
          <Step>
            <p>
              <Out href={`${CONSOLE}/projectcreate`}>Create a project</Out> in Google Cloud, or choose one that you
              have.
            </p>
          </Step>
          <Step>
            <p>
              <Out href={`${CONSOLE}/apis/library/calendar-json.googleapis.com`}>Enable “Google Calendar API”</Out> in
              that project.
            </p>
          </Step>
          <Step>
            <p>
              <Out href={`${CONSOLE}/auth/overview`}>Configure the consent screen</Out>. Choose the audience{' '}
              <strong>Internal</strong> where your organisation uses Google Workspace. With <strong>External</strong>,
              add the account as a test user or publish the app; in testing the authorization ends after seven days.
            </p>
          </Step>
          <Step>
            <p>
              <Out href={`${CONSOLE}/auth/clients`}>Create an OAuth client</Out> of type{' '}
              <strong>Web application</strong> with this redirect URI:
            </p>
            <CopyBox label="Redirect URI" value={redirectUri} />
          </Step>
          <Step>
            <p>
              Copy the client ID and the secret into the fields below, or upload the JSON file. Google shows the secret
              only now. A new client may take five minutes to a few hours to work.
            </p>
          </Step>
        </ol>
      </details>
    </Card>
  );
}

function Step({ children }: { children: ComponentChildren }) {
  return (
    <li>
      <div class="stack-small">{children}</div>
    </li>
  );
}

function Out({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
