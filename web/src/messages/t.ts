import type { ComponentChildren } from 'preact';
import { preferences } from '../preferences.ts';
import { en } from './en.ts';

/** A sentence, or its forms by number: `{count}` chooses between them. */
export type Message = string | { one: string; other: string };

export type Key = keyof typeof en;

type Form<K extends Key> = (typeof en)[K] extends string
  ? (typeof en)[K]
  : (typeof en)[K] extends { other: infer Other }
    ? Other
    : never;
type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<K extends Key, V> = [Names<Form<K>>] extends [never] ? [] : [values: Record<Names<Form<K>>, V>];

/** The language of the catalogue in the reader's own variety, so that dates and sentences do not mix languages. */
export const locale = (): string =>
  preferences().language ??
  (globalThis.navigator?.languages ?? []).find((language) => language.toLowerCase().startsWith('en')) ??
  'en-GB';

/** One sentence of the catalogue, its gaps filled. Numbers are written as the reader writes them. */
export function t<K extends Key>(key: K, ...[values]: Values<K, string | number>): string {
  return parts(key, values ?? {})
    .map((part) => (typeof part === 'number' ? new Intl.NumberFormat(locale()).format(part) : String(part)))
    .join('');
}

/** The same with links or code in the gaps. */
export function rich<K extends Key>(key: K, ...[values]: Values<K, ComponentChildren>): ComponentChildren[] {
  return parts(key, values ?? {});
}

function parts<V>(key: Key, values: Record<string, V>): (string | V)[] {
  const message: Message = en[key];
  return sentence(message, values['count'])
    .split(/\{(\w+)\}/)
    .map((part, index) => (index % 2 === 0 ? part : (values[part] ?? '')));
}

function sentence(message: Message, count: unknown): string {
  if (typeof message === 'string') return message;
  return new Intl.PluralRules(locale()).select(Number(count)) === 'one' ? message.one : message.other;
}
