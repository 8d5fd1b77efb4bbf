import type { Child } from 'hono/jsx';

/** What may be wider than the screen, as a table: it scrolls by itself, with the keyboard too. */
export function Wide({ label, children }: { label: string; children: Child }) {
  return (
    <section class="wide" aria-label={label} tabindex={0}>
      {children}
    </section>
  );
}
