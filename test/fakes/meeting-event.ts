/** The example message of the MQTT contract, with what a test wants to change. */
export function meetingEvent(
  change: { id?: string; type?: string; data?: Record<string, unknown> } = {},
): Record<string, unknown> {
  const data = {
    uid: '6500-20240429-1',
    sequence: 0,
    subject: 'Weekly_Meeting',
    start: '2024-04-29T10:00:00',
    end: '2024-04-29T11:00:00',
    timeZone: '(UTC+01:00) Etc/GMT-1',
    recurrence: null,
    occurrence: null,
    host: { extension: '1000', name: 'Arthur Morgan', email: 'arthur.morgan@mycompanyabc.com' },
    invitees: [
      { extension: '1001', name: 'Extension 1001', email: 'ext1001@mycompanyabc.com' },
      { extension: '1002', name: null, email: null },
      { extension: null, name: 'Guest', email: 'guest@example.com' },
    ],
    room: '6500',
    publicRoom: false,
    joinUrl: null,
    password: null,
    hostPassword: '5021',
    allowUserInvite: true,
    callParticipants: true,
    allowHostMuteOverride: true,
    autoRecord: 'none',
    emailReminderMinutes: 60,
    agenda: '',
    syncToGoogleCalendar: true,
    ...change.data,
  };
  return {
    specversion: '1.0',
    id: change.id ?? `${data.uid}-${data.sequence}`,
    source: '/pbx/c074ad123456',
    type: change.type ?? 'pbx.meeting.scheduled.v1',
    subject: data.uid,
    time: '2024-04-29T07:58:12Z',
    datacontenttype: 'application/json',
    data,
  };
}

export function cancellation(uid: string, sequence: number, occurrence: string | null = null): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: `${uid}-${sequence}-cancelled`,
    source: '/pbx/c074ad123456',
    type: 'pbx.meeting.cancelled.v1',
    subject: uid,
    data: { uid, sequence, occurrence },
  };
}

/** Wall-clock times of a meeting some days ahead, so that it is never over. */
export function ahead(days: number, hour = 10): { start: string; end: string } {
  const day = new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
  const two = (value: number) => String(value).padStart(2, '0');
  return { start: `${day}T${two(hour)}:00:00`, end: `${day}T${two(hour + 1)}:00:00` };
}
