import type { ComponentChildren } from 'preact';

/** A part of a page, with its heading and, beside it, a state or a link. */
export function Card(props: { title?: string; aside?: ComponentChildren; id?: string; children: ComponentChildren }) {
  const { title, aside, id, children } = props;
  return (
    <section class="card" id={id}>
      {title === undefined ? null : (
        <div class="card-head">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
