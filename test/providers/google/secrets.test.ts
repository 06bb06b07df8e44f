import { expect, it } from 'vitest';
import { type Bench, CLIENT, codeIn, entry, everythingOf, failureOf, startBench } from './harness.ts';

const at = { calendarId: 'arthur@mycompanyabc.com', eventId: 'abc123abc123' };
/** What a meeting says is nobody's business either: its password may stand in it. */
const CONTENT = 'Meeting password: 481516';
const kinds = ['500', '503-html', 'reset-before', 'commit-then-drop', 'truncated-json', '429', 'hang'] as const;

/** Every secret that went over the wire, in either direction, so far. */
function secretsOf(bench: Bench): string[] {
  const sent = bench.forms.flatMap((form) =>
    ['code', 'code_verifier', 'client_secret', 'refresh_token', 'token'].map((name) => form.get(name)),
  );
  const received = bench.answers.flatMap((answer) =>
    [...answer.matchAll(/"(?:access_token|refresh_token|id_token)":\s*"([^"]+)"/g)].map((match) => match[1]),
  );
  const secrets = [CLIENT.clientSecret, ...sent, ...received].filter((text) => typeof text === 'string' && text !== '');
  return [...new Set(secrets as string[])];
}

it('no error and no line of the log carries a secret, a code, a verifier or a token, whatever goes wrong', async () => {
  await using bench = await startBench({ timeoutMs: 300 });
  const shown: unknown[] = [];
  for (const kind of kinds) {
    await bench.authorize();
    const address = await bench.consent();
    if (kind !== 'hang') {
      bench.google.faults.add({ match: { path: /token/ }, kind });
      shown.push(await failureOf(bench.authorisation.complete(address)));
      shown.push(await failureOf(bench.authorisation.complete(codeIn(address))));
      bench.time.now += 3_600_000;
      bench.google.faults.add({ match: { path: /token/ }, kind });
      shown.push(await failureOf(bench.authorisation.tokens.get()));
    }
    await bench.authorisation.tokens.get();
    bench.google.faults.add({ match: { path: /events/ }, kind });
    shown.push(await failureOf(bench.calendar.insert(at, entry({ description: CONTENT }), 'none')));
    // A revocation that is answered at all is done, whatever its body.
    if (kind === 'hang' || kind === 'truncated-json') continue;
    bench.google.faults.add({ match: { path: /revoke/ }, kind });
    shown.push(await failureOf(bench.authorisation.forget({ revoke: true })));
  }
  await bench.authorize();
  await bench.save({ clientSecret: 'GOCSPX-another-wrong-one' });
  shown.push(await failureOf(bench.authorisation.complete(await bench.consent())));
  bench.google.revoke(at.calendarId);
  await bench.save();
  shown.push(await failureOf(bench.calendar.get(at)));
  shown.push(bench.authorisation.view(), bench.authorisation.credentials(), bench.authorisation.target());

  const secrets = secretsOf(bench);
  expect(secrets.length).toBeGreaterThan(20);
  expect(shown.length).toBeGreaterThan(25);
  const everything = [...shown.map(everythingOf), ...bench.lines].join('\n');
  const spellings = secrets.flatMap((secret) => [secret, encodeURIComponent(secret)]);
  expect(spellings.filter((secret) => everything.includes(secret))).toEqual([]);
  expect(everything.includes(CONTENT)).toBe(false);
  // The hint is the secret's last four characters, never more.
  expect(bench.authorisation.credentials()?.clientSecretHint).toBe('1234');
  // Nothing secret in an address, where proxies would log it.
  const addresses = bench.google.requests.map((request) => JSON.stringify(request.query)).join('\n');
  expect(secrets.filter((secret) => addresses.includes(secret))).toEqual([]);
});
