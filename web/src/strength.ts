/** How good a new password is, roughly; the words are in the catalogue. The agent asks for at least eight characters. */
export type Strength = 'empty' | 'short' | 'same' | 'fair' | 'good';

export const SHORTEST = 8;
const LONG = 12;
const FEW_SIGNS = 4;

export function strengthOf(password: string): Strength {
  if (password === '') return 'empty';
  const length = lengthOf(password);
  if (length < SHORTEST) return 'short';
  if (new Set(password.toLowerCase()).size <= FEW_SIGNS) return 'same';
  if (/^(password|passwort|administrator|welcome|qwerty|12345678)/i.test(password)) return 'same';
  return length < LONG ? 'fair' : 'good';
}

/** In characters as the agent counts them. */
export function lengthOf(password: string): number {
  return Array.from(password).length;
}
