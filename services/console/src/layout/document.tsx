import type { Child } from 'hono/jsx';
import type { PageContext } from './context.js';

const NAVIGATION = [
  ['/', 'Tonight'],
  ['/candidates', 'Candidates'],
  ['/models', 'Models'],
  ['/quarantine', 'Quarantine'],
] as const;

/** A whole page: what stands on all of them, around its own content. */
export function Document({ title, context, children }: { title: string; context: PageContext; children?: Child }) {
  const { assets } = context;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${title} · LVRA`}</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href={assets.style} />
        <script type="module" src={assets.script} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Header context={context} />
        <main id="main" tabindex={-1}>
          {children}
        </main>
        <footer class="end">
          LVRA Stream {context.version} <a href="/api">Data for programs</a> <a href="/keys">Keys</a>
        </footer>
      </body>
    </html>
  );
}

function Header({ context }: { context: PageContext }) {
  const { profile, vras, grafana, user, url } = context;
  return (
    <header class="top">
      <p class="where">
        <strong>LVRA</strong> <span class={`profile ${profile}`}>{profile}</span>
        {vras.map(({ name, modelVersion, isDemo }) => (
          <span class="vra">
            {name} {modelVersion}
            {isDemo && <strong class="bad"> demonstration model</strong>}
          </span>
        ))}
      </p>
      <nav aria-label="Pages">
        {NAVIGATION.map(([path, name]) => (
          <a href={path} aria-current={url.pathname === path ? 'page' : undefined}>
            {name}
          </a>
        ))}
        {grafana !== undefined && (
          <a href={grafana} rel="noreferrer">
            Grafana
          </a>
        )}
      </nav>
      <search>
        <form action="/search">
          <label class="hidden" for="search">
            An object, a source, a stem or a position
          </label>
          <input id="search" name="q" type="search" placeholder="id, stem, or ra dec [r]" autocomplete="off" />
          <button type="submit">Find</button>
        </form>
      </search>
      <p class="live">
        <span id="live" role="status" />
        {user !== undefined && <span class="user">{user}</span>}
      </p>
    </header>
  );
}
