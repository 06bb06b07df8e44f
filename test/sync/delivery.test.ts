import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { canonicalContent, readMeetingEvent } from '../../src/contracts/mqtt.ts';
import { readIdentity } from '../../src/domain/device.ts';
import { openLedger } from '../../src/ledger/sqlite.ts';
import { Delivery } from '../../src/sync/delivery.ts';
import { InvitationBudget } from '../../src/sync/invitation-budget.ts';
import { defaultCalendarSettings, type Ledger } from '../../src/sync/ports.ts';
import { calendarInProcess, OWNER } from '../fakes/google/in-process.ts';
import { ahead, meetingEvent } from '../fakes/meeting-event.ts';

const DEVICE = 'c074ad123456';
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('delivers at once what arrives while the outcome before it is on its way to the disk', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'delivery-'));
  const ledger = openLedger({ file: join(dir, 'ledger.db'), clock: Date.now });
  const calendar = calendarInProcess(Date.now, () => 'done');
  const times = ahead(7);
  async function arrive(sequence: number): Promise<void> {
    const type = sequence === 0 ? 'scheduled' : 'updated';
    const document = meetingEvent({
      type: `pbx.meeting.${type}.v1`,
      data: { ...times, sequence, subject: `Change ${sequence}` },
    });
    const payload = new TextEncoder().encode(JSON.stringify(document));
    const read = readMeetingEvent({ device: DEVICE, operation: type, payload });
    if (!read.ok) throw new Error(read.rejection.title);
    const contentHash = sha256(canonicalContent(read.event));
    await ledger.accept({ ...read.event, contentHash, startsAt: null, endsAt: null });
    delivery.wake();
  }
  let settled = 0;
  const slow: Ledger = {
    ...ledger,
    async settle(outcome) {
      await ledger.settle(outcome);
      settled += 1;
      // Visible to every reader already; its caller does not know yet, as while the disk is waited for.
      if (settled === 1) await arrive(1);
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
  const delivery = new Delivery({
    ledger: slow,
    calendar: calendar.provider,
    settings: () => defaultCalendarSettings,
    target: () => ({ ok: true, account: 'sub', address: OWNER, calendarId: OWNER, primary: true }),
    entryId: (device, uid, generation) => sha256(`${device}\n${uid}\n${generation}`).slice(0, 40),
    agentId: 'agent',
    owner: 'test',
    clock: Date.now,
    random: () => 0.5,
    budget: new InvitationBudget(Date.now, []),
    log: { info() {}, warn() {}, error() {} },
    onSettled() {},
    onForeignAgent() {},
    onGate() {},
    onLedgerFailure() {},
  });
  try {
    await ledger.seeDevice(DEVICE, { identity: readIdentity({ model: 'UCM6304', firmware: '1.0.25.7' }) });
    delivery.start();
    await arrive(0);
    await expect
      .poll(
        async () => {
          const { items } = await ledger.meetings({ limit: 1 });
          return items[0]?.state === 'synced' && settled > 1;
        },
        { timeout: 5_000 },
      )
      .toBe(true);
    const record = await ledger.meeting({ device: DEVICE, uid: '6500-20240429-1' });
    expect(record?.recorded[0]?.entry?.summary).toBe('Change 1');
  } finally {
    await delivery[Symbol.asyncDispose]();
    await ledger[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  }
});
