import type { Problem } from '../server/problem.js';

/** What a page says in place of what was asked for. */
export function ProblemPage({ problem }: { problem: Problem }) {
  return (
    <section class="problem">
      <h1>{problem.title}</h1>
      <p>{problem.detail}</p>
      <p>
        <a href="/">Tonight</a>
      </p>
    </section>
  );
}
