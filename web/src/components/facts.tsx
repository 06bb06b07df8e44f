import type { ComponentChildren } from 'preact';

/** Names and values. A value of null leaves its row out. */
export function Facts({ items }: { items: [name: string, value: ComponentChildren | null][] }) {
  return (
    <dl class="facts">
      {items.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
