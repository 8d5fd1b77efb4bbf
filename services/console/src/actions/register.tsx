import type { Settings } from '@lvra/config';
import type { Look } from '@lvra/operations';
import type { Logger } from '@lvra/telemetry';
import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Child } from 'hono/jsx';
import { Refusal } from '../server/errors.js';
import { ACTIONS, type Action, type Asked } from './actions.js';
import { ActionPage } from './page.js';
import { FormTokens } from './token.js';

export interface ActionParts {
  readonly settings: Settings;
  readonly log: Logger;
  look<T>(read: (look: Look) => Promise<T>): Promise<T>;
  page(context: Context, title: string, content: Child): Promise<Response>;
}

const MOST_BYTES = 2_048;

/** Each action is a page that says what will happen, and a form on it that does it. Only where an operator turned actions on. */
export function registerActions(app: Hono, { settings, log, look, page }: ActionParts): void {
  const tokens = new FormTokens();
  const limit = bodyLimit({
    maxSize: MOST_BYTES,
    onError: () => {
      throw new Refusal(413, 'Too much at once', 'The form of an action is smaller.');
    },
  });
  for (const action of ACTIONS) {
    const path = `/actions/${action.name}`;
    app.get(path, async (context) => {
      const asked = askedOf(action, context);
      const plan = await look((open) => action.plan(open, asked, nameOf(context)));
      const token = tokens.make(aboutOf(action, asked, context), Date.now());
      return page(
        context,
        action.title,
        <ActionPage action={action} plan={plan} token={token} back={action.after(asked)} />,
      );
    });
    app.post(path, limit, async (context) => {
      assertFromForm(context);
      const asked = askedOf(action, context);
      const { token } = await context.req.parseBody();
      if (typeof token !== 'string' || !tokens.isGood(token, aboutOf(action, asked, context), Date.now())) {
        throw new Refusal(403, 'The form is too old', 'Go back, load the page again, and send it once more.');
      }
      const by = nameOf(context);
      const did = await action.act(settings, asked, by);
      log.info({ by, action: action.name, ...asked }, `${by}: ${action.title}: ${did}`);
      return context.redirect(action.after(asked), 303);
    });
  }
}

/** Browsers say where a form comes from; a program that does not is no form. */
function assertFromForm({ req }: Context): void {
  if (req.header('origin') !== undefined && (req.header('sec-fetch-site') ?? 'same-origin') === 'same-origin') return;
  throw new Refusal(403, 'From another page', 'Actions are asked for by the forms of this console alone.');
}

function askedOf(action: Action, context: Context): Asked {
  const result = action.params.safeParse(context.req.query());
  if (result.success) return result.data as Asked;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Refusal(400, 'That cannot be asked', faults.join('; '));
}

/** A token is good for one user, and for what the page said. */
function aboutOf(action: Action, { stem, stage, vra, object, label }: Asked, context: Context): string {
  return JSON.stringify([action.name, nameOf(context), stem, stage, vra, object, label]);
}

/** Who asks, as the history of a stem can hold it. */
function nameOf(context: Context): string {
  return (context.get('user') ?? 'somebody').replace(/[^\p{L}\p{N}@._ -]/gu, '?').slice(0, 100);
}
