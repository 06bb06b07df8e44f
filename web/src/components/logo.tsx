/** The product's sign: a calendar page with a tick. Its colours come from the tokens. */
export function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M11 7v4M21 7v4M7.5 14h17M9.5 9h13a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V11a2 2 0 0 1 2-2zM12.5 19.5l2.5 2.5 4.5-5" />
    </svg>
  );
}
