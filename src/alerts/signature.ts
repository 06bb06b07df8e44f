import { createHmac, randomBytes } from 'node:crypto';

/** Standard Webhooks (standardwebhooks.com): a symmetric secret, `whsec_` and 24 to 64 bytes in base64. */

const PREFIX = 'whsec_';
const BYTES = 32;

export function newWebhookSecret(): string {
  return PREFIX + randomBytes(BYTES).toString('base64');
}

/** The three headers. The signature covers id, time and body, so that none of them can be exchanged. */
export function signedHeaders(
  secret: string,
  message: { id: string; body: string; at: number },
): Record<string, string> {
  const timestamp = String(Math.floor(message.at / 1_000));
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${message.id}.${timestamp}.${message.body}`).digest('base64');
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
