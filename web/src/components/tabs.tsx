export interface Tab {
  path: string;
  label: string;
}

/** Tabs with addresses of their own: each can be linked to, and Back leaves it. So they are links, and say so. */
export function Tabs({ label, tabs, current }: { label: string; tabs: Tab[]; current: string }) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.path} href={tab.path} aria-current={tab.path === current ? 'page' : undefined}>
          {tab.label}
        </a>
      ))}
    </nav>
  );
}
