import { calendar } from '@googleapis/calendar';
import { connect } from 'mqtt';

/** What one would write in twenty lines: no ledger, no retries, no changes; a meeting published while it is away is lost. */

const api = calendar({ version: 'v3', rootUrl: process.env['GOOGLE_CALENDAR_URL'] ?? '' });
const headers = { Authorization: `Bearer ${process.env['GOOGLE_ACCESS_TOKEN']}` };
const client = connect(process.env['MQTT_URL'] ?? '');
client.subscribe(`${process.env['MQTT_TOPIC_PREFIX']}/+/meetings/scheduled`, { qos: 1 }, () => console.log('ready'));
client.on('message', (_topic, payload) => {
  const { data } = JSON.parse(payload.toString());
  const timeZone = data.timeZone.split(' ').at(-1);
  const requestBody = {
    summary: data.subject,
    location: data.room,
    start: { dateTime: data.start, timeZone },
    end: { dateTime: data.end, timeZone },
    attendees: data.invitees.flatMap(({ email }: { email: string | null }) => (email === null ? [] : [{ email }])),
  };
  api.events.insert({ calendarId: 'primary', sendUpdates: 'all', requestBody }, { headers }).catch(console.error);
});
