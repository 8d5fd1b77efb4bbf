import type { Settings } from '@lvra/config';
import { escapeControlLines } from '@lvra/core';
import { type ConsoleMetrics, hideSecrets, type Logger } from '@lvra/telemetry';
import { type Context, Hono } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import type { Child } from 'hono/jsx';
import { registerActions } from '../actions/register.js';
import { type AssetFiles, serveAssets } from '../assets.js';
import { EXPORT, registerExport } from '../export/route.js';
import type { PageContext } from '../layout/context.js';
import { Document } from '../layout/document.js';
import { ProblemPage } from '../layout/problem-page.js';
import { eventStream } from '../live/event-stream.js';
import { sharedAnswers } from '../live/shared-answers.js';
import { Watcher } from '../live/watcher.js';
import { ApiPage } from '../pages/api/page.js';
import { RESOURCES } from '../pages/index.js';
import { KeysPage } from '../pages/keys/page.js';
import { registerStamps } from '../pages/object/stamps/routes.js';
import { registerDownload } from '../pages/quarantine/download.js';
import { openApiOf } from '../routes/open-api.js';
import { API, registerResources } from '../routes/register.js';
import { authenticate } from './auth.js';
import { NotFound } from './errors.js';
import { guards } from './guards.js';
import { headers } from './headers.js';
import type { LookKeeper } from './keeper.js';
import { measure } from './measure.js';
import { problemOf } from './problem.js';

export interface AppParts {
  readonly settings: Settings;
  readonly keeper: LookKeeper;
  readonly log: Logger;
  readonly metrics: ConsoleMetrics;
  /** Names under which we are reached by the address that we listen on, host:port. */
  readonly ownNames: readonly string[];
  readonly assets: AssetFiles;
  readonly version: string;
  /** Streams end with it. */
  readonly end: AbortSignal;
}

/** All routes, behind all that keeps others out. */
export function createApp({ settings, keeper, log, metrics, ownNames, assets, version, end }: AppParts): Hono {
  const app = new Hono();
  const pageContext = (context: Context): PageContext => ({
    ...{ profile: settings.profile, version, grafana: settings.console.grafana },
    vras: settings.vras.map(({ modelName, modelVersion }) => ({
      ...{ name: modelName, modelVersion, isDemo: modelVersion === 'demo' },
    })),
    ...{ hasActions: settings.console.hasActions, user: context.get('user'), url: new URL(context.req.url) },
    assets: assets.names,
  });
  const inDocument = async (context: Context, title: string, content: Child): Promise<Response> => {
    const page = (
      <Document title={title} context={pageContext(context)}>
        {content}
      </Document>
    );
    // Texts of alerts may turn the direction of what follows, or hide it.
    return context.html(`<!DOCTYPE html>${escapeControlLines(hideSecrets(String(await page)))}`);
  };
  app.use(measure(metrics));
  app.use(...headers(settings.console.auth.kind !== 'none'));
  app.use(compress());
  app.use(guards(settings.console, ownNames));
  app.use(authenticate(settings.console.auth));
  // Before all that waits for the end of an answer, which a stream has not.
  app.get(`${API}/events`, eventStream(new Watcher(() => keeper.version()), end));
  registerExport(app, { settings, log, look: (read) => keeper.use(read), end });
  app.use(etag());
  if (settings.console.hasActions) {
    registerActions(app, {
      ...{ settings, log, look: (read) => keeper.use(read) },
      page: inDocument,
    });
  }
  registerDownload(app, (read) => keeper.use(read));
  registerStamps(app, (read) => keeper.use(read));
  app.use(sharedAnswers(() => keeper.version()));
  registerResources(app, RESOURCES, {
    look: (read) => keeper.use(read),
    page: (context, { title, Page }, data, params) =>
      inDocument(context, title(data), <Page data={data} params={params as never} context={pageContext(context)} />),
  });
  app.get('/keys', (context) => inDocument(context, 'Keys', <KeysPage />));
  app.get('/api', (context) =>
    inDocument(context, 'Data for programs', <ApiPage resources={RESOURCES} files={[EXPORT]} />),
  );
  app.get(`${API}/openapi.json`, (context) => context.json(openApiOf(RESOURCES, [EXPORT], version)));
  serveAssets(app, assets);

  app.notFound((context) => {
    throw new NotFound(`There is nothing at ${context.req.path}.`);
  });
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (problem.status === 500) log.error({ err: error, path: context.req.path }, `a page failed: ${error.message}`);
    for (const [name, value] of Object.entries(headersOf(error))) context.header(name, value);
    context.status(problem.status);
    if (wantsData(context)) {
      return context.body(JSON.stringify(problem), problem.status, { 'content-type': 'application/problem+json' });
    }
    return inDocument(context, problem.title, <ProblemPage problem={problem} />);
  });
  return app;
}

/** Programs get problems in their own form. */
function wantsData({ req }: Context): boolean {
  return req.path.startsWith('/api/') || !(req.header('accept') ?? '*/*').includes('text/html');
}

function headersOf(error: Error): Readonly<Record<string, string>> {
  return 'headers' in error ? (error.headers as Record<string, string>) : {};
}
