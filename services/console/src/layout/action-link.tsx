import type { PageContext } from './context.js';

interface Props {
  readonly context: PageContext;
  readonly name: 'retry' | 'retry-failed' | 'resume' | 'label';
  readonly of: Readonly<Record<string, string>>;
  readonly children: string;
}

/** Leads to the page that says what would happen; nothing where an operator has not turned actions on. */
export function ActionLink({ context, name, of, children }: Props) {
  if (!context.hasActions) return null;
  const query = new URLSearchParams(of).toString();
  return (
    <a class="action" href={`/actions/${name}${query === '' ? '' : `?${query}`}`}>
      {children}
    </a>
  );
}
