import { describe, expect, it } from 'vitest';
import { invitableAddress } from '../../src/domain/address.ts';
import { addressOf, type Directory, patternFaults, takeMeeting, withoutAddress } from '../../src/domain/directory.ts';
import { composeEntry } from '../../src/domain/entry.ts';
import { eraserOf } from '../../src/domain/erasure.ts';
import type { Meeting } from '../../src/domain/meeting.ts';
import { type PlanPolicy, plan } from '../../src/domain/plan.ts';
import { meeting, planInput } from './a-meeting.ts';

const directory: Directory = {
  entries: { '1002': { name: 'Dutch', email: 'dutch@example.com' } },
  pattern: { address: '{extension}@pbx.example.com', extensions: '' },
};
const invitee = (extension: string | null, email: string | null = null, name: string | null = null) => ({
  extension,
  name,
  email,
});
const entryOf = (asked: Meeting) =>
  composeEntry(asked, {
    device: 'pbx1',
    zone: 'Europe/Berlin',
    occurrence: null,
    policy: {
      agentId: 'agent',
      reminders: null,
      visibility: 'default',
      includePassword: true,
      organizerAddress: 'arthur@example.com',
    },
  });

describe('the directory', () => {
  it('takes the single entry before the pattern, and the pattern for numbers of 2 to 8 digits alone', () => {
    const found = ['1002', '1003', '12345678', '1', '123456789', '10a', '', 'constructor', '__proto__'].map(
      (extension) => addressOf(directory, extension)?.email ?? null,
    );
    expect(found).toEqual([
      'dutch@example.com',
      '1003@pbx.example.com',
      '12345678@pbx.example.com',
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });

  it.each([
    ['1000-1999', ['1000', '1500', '1999'], ['999', '2000', '15000', '150']],
    ['2*', ['20', '2999', '29999999'], ['1200', '2']],
    ['3001', ['3001'], ['30010', '300', '3002']],
    [' 0100 - 0199 , 5* ,77', ['0150', '55', '77'], ['150', '771', '78']],
  ])('gives by the pattern what the set %j covers and nothing else', (extensions, inside, outside) => {
    const set: Directory = { entries: {}, pattern: { address: '{extension}@example.com', extensions } };
    for (const extension of inside) expect(addressOf(set, extension)?.email).toBe(`${extension}@example.com`);
    for (const extension of outside) expect(addressOf(set, extension)).toBeNull();
  });

  it.each([
    [{ address: 'all@example.com', extensions: '' }, { address: expect.stringContaining('{extension}') }],
    [{ address: '{extension}', extensions: '' }, { address: expect.stringContaining('e-mail address') }],
    [
      { address: '{extension}@example.com', extensions: '1000-99' },
      { extensions: expect.stringContaining('"1000-99"') },
    ],
    [{ address: '{extension}@example.com', extensions: '1*,x' }, { extensions: expect.stringContaining('"x"') }],
    [
      { address: '{extension}@example.com', extensions: '1999-1000' },
      { extensions: expect.stringContaining('ranges') },
    ],
  ])('says what is wrong with the pattern %j', (pattern, faults) => {
    expect(patternFaults(pattern)).toEqual(faults);
  });

  it('makes guests of the host and the invitees whose address the PBX lacks, and still names the others', () => {
    const asked = takeMeeting(
      {
        ...meeting,
        host: invitee('1002'),
        invitees: [invitee('1003', null, 'Three'), invitee('1001', 'one@example.com'), invitee('x'), invitee(null)],
      },
      { directory },
    );
    const { entry, warnings } = entryOf(asked);
    expect(entry.guests).toEqual([
      { email: 'dutch@example.com', displayName: 'Dutch' },
      { email: '1003@pbx.example.com', displayName: 'Three' },
      { email: 'one@example.com', displayName: null },
    ]);
    expect(warnings.map(({ code, path }) => [code, path])).toEqual([
      ['invitee-without-address', '/data/invitees/2/email'],
      ['invitee-without-address', '/data/invitees/3/email'],
    ]);
  });

  it('stands in for an address of the PBX that no calendar takes', () => {
    const asked = takeMeeting(
      { ...meeting, host: null, invitees: [invitee('1002', 'dütch@example.com')] },
      { directory },
    );
    const { entry, warnings } = entryOf(asked);
    expect(entry.guests.map((guest) => guest.email)).toEqual(['dutch@example.com']);
    expect(warnings).toEqual([]);
  });

  it('is kept with the meeting: only taking it in again changes the plan', () => {
    const asked = { ...meeting, invitees: [invitee('1002')] };
    const guests = (from: Meeting) => {
      const [step] = plan(planInput(from)).steps;
      return step?.action === 'create' ? step.entry.guests.map((guest) => guest.email) : [];
    };
    const before = takeMeeting(asked, { directory: { entries: {}, pattern: null } });
    expect(guests(before)).toEqual([]);
    expect(guests(takeMeeting(before, { selection: { selector: 'all', tag: '' } }))).toEqual([]);
    const after = takeMeeting(before, { directory });
    expect(guests(after)).toEqual(['dutch@example.com']);
    expect(takeMeeting(after, { directory: { entries: {}, pattern: null } })).toEqual(before);
  });

  it('loses a person whose address is erased, in what was taken in as well', () => {
    expect(withoutAddress(directory, ' Dutch@Example.com').entries).toEqual({});
    expect(withoutAddress(directory, 'nobody@example.com')).toBe(directory);
    const asked = takeMeeting({ ...meeting, host: invitee('1002'), invitees: [invitee('1002')] }, { directory });
    const erased = eraserOf('dutch@example.com').meeting(asked);
    expect(JSON.stringify(erased)).not.toContain('dutch@');
    expect(erased.host).toEqual(invitee('1002'));
    expect(erased.invitees).toEqual([]);
  });
});

describe('a wider choice of meetings', () => {
  const unticked = { ...meeting, syncToGoogleCalendar: false };
  const all: PlanPolicy = { ...planInput(null).policy, selector: 'all' };
  const stateOf = (asked: Meeting, policy = all) => {
    const { state, steps } = plan({ ...planInput(asked), policy });
    return [state, steps.length];
  };

  it('concerns what is taken in under it, and leaves what was taken in before', () => {
    expect(stateOf(takeMeeting(unticked, { selection: { selector: 'tick', tag: '' } }))).toEqual(['skipped', 0]);
    expect(stateOf(takeMeeting(unticked, { selection: { selector: 'all', tag: '' } }))).toEqual(['synced', 1]);
  });

  it('is no hindrance for a narrower one, which holds at once', () => {
    const taken = takeMeeting(unticked, { selection: { selector: 'all', tag: '' } });
    expect(stateOf(taken, planInput(null).policy)).toEqual(['skipped', 0]);
  });
});

describe('guests that no calendar takes', () => {
  it.each([
    ['ann@example.com', 'ann@example.com'],
    ["o'neil+pbx_1@sub.example.co.uk", "o'neil+pbx_1@sub.example.co.uk"],
    ['ann@bücher.example', 'ann@xn--bcher-kva.example'],
    ['ann@例え.jp', 'ann@xn--r8jz45g.jp'],
  ])('%s is invited as %s', (email, sent) => {
    expect(invitableAddress(email)).toBe(sent);
  });

  it.each([
    'änn@example.com',
    '.ann@example.com',
    'ann.@example.com',
    'a..nn@example.com',
    '"ann"@example.com',
    'ann@example',
    'ann@-example.com',
    'ann@example-.com',
    'ann@exa_mple.com',
    'ann@127.0.0.1',
    'ann@1.2.3.4.5',
    'ann@bücher.example/x',
    'ann@bü cher.example',
    'ann@example..com',
    `${'a'.repeat(65)}@example.com`,
    `ann@${'a'.repeat(64)}.com`,
    `ann@${'abcdefghi.'.repeat(25)}example`,
    '@example.com',
    'ann',
    '',
  ])('%j is left out, with a warning that names its path, and the others are invited', (email) => {
    expect(invitableAddress(email)).toBeNull();
    const { entry, warnings } = entryOf({
      ...meeting,
      invitees: [invitee(null, email), invitee(null, 'bob@example.com')],
    });
    expect(entry.guests.map((guest) => guest.email)).toEqual(['bob@example.com']);
    expect(warnings).toEqual([expect.objectContaining({ code: 'invalid-address', path: '/data/invitees/0/email' })]);
  });

  it('are found when an international domain is erased in either form', () => {
    const { entry } = entryOf({ ...meeting, invitees: [invitee(null, 'ann@bücher.example')] });
    for (const form of ['ann@bücher.example', 'ANN@xn--bcher-kva.example'])
      expect(eraserOf(form).entry(entry).guests).toEqual([]);
  });

  it('are those after the first 200, and each of them is named', () => {
    const invitees = Array.from({ length: 203 }, (_, index) => invitee(null, `guest${index}@example.com`));
    const { entry, warnings } = entryOf({ ...meeting, invitees: [...invitees, invitee(null, 'GUEST0@example.com')] });
    expect(entry.guests.map((guest) => guest.email)).toEqual(invitees.slice(0, 200).map((person) => person.email));
    expect(warnings).toEqual([
      {
        code: 'too-many-guests',
        path: '/data/invitees',
        message: expect.stringContaining('guest200@example.com, guest201@example.com, guest202@example.com.'),
      },
    ]);
    expect(warnings[0]?.message).toContain('these 3 are not');
  });
});
