interface Props {
  readonly data: { readonly q: string; readonly because: readonly string[] };
}

/** Only where nothing was found: what was is shown on its own page. */
export function SearchPage({ data: { q, because } }: Props) {
  return (
    <>
      <h1>{q.trim() === '' ? 'Search' : `Nothing found for ${q.trim()}`}</h1>
      {because.map((each) => (
        <p>{each}</p>
      ))}
      <form class="filters" method="get" action="/search">
        <label>
          Look for <input name="q" type="search" value={q} autocomplete="off" />
        </label>
        <button type="submit">Find</button>
      </form>
      <h2>What can be found</h2>
      <dl class="pairs">
        <dt>an object</dt>
        <dd>
          its diaObjectId: <code>313637921267122191</code>
        </dd>
        <dt>a source</dt>
        <dd>its diaSourceId, if its alert is new or came within a day of its observation: it leads to its object</dd>
        <dt>a stem</dt>
        <dd>
          <code>20260422_041440</code>
        </dd>
        <dt>a night</dt>
        <dd>
          <code>20260422</code>: its candidates
        </dd>
        <dt>a position</dt>
        <dd>
          <code>150.1 -30.2</code>, <code>150.1, -30.2, 30</code> or <code>10:00:24.0 -30:12:00 30</code>: right
          ascension, declination and a radius in arcseconds; the candidates of the newest night around it
        </dd>
        <dt>a name at TNS</dt>
        <dd>
          <code>2026abc</code>, where a report sent from here brought it
        </dd>
      </dl>
    </>
  );
}
