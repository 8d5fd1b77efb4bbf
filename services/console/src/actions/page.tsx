import type { Action } from './actions.js';

/** Says what will happen, and asks once more. */
export function ActionPage({
  action,
  plan,
  token,
  back,
}: {
  action: Action;
  plan: readonly string[];
  token: string;
  back: string;
}) {
  return (
    <section class="action">
      <h1>{action.title}</h1>
      {plan.length === 0 ? (
        <p>There is nothing to do: it has been done, or it has not failed.</p>
      ) : (
        <form method="post">
          <p>This will happen:</p>
          <ul>
            {plan.map((line) => (
              <li>{line}</li>
            ))}
          </ul>
          <p>{action.note}</p>
          <input type="hidden" name="token" value={token} />
          <button type="submit">{action.title}</button>
        </form>
      )}
      <p>
        <a href={back}>Back, and do nothing</a>
      </p>
    </section>
  );
}
