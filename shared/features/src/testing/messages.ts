/** One source of a test's alert: psfFlux in nJy, midpointMjdTai in days, and any other field. */
export type SourceFields = Record<string, string>;

let nextSourceId = 170046091000545381n;

/**
 * The text of a message with the fields that every alert has. Values are JSON text, so a test controls how they are
 * spelled.
 *
 * @param fields of the message
 * @param sources in any order
 */
export function messageText(fields: SourceFields, sources: readonly SourceFields[]): string {
  const list = sources.map((source) =>
    objectText({ diaSourceId: String(nextSourceId++), diaObjectId: '170019716327800983', psfFlux: '1.0', ...source }),
  );
  return objectText({
    diaObjectId: '170019716327800983',
    ...fields,
    alert: `{"diaSourcesList": [${list.join(', ')}]}`,
  });
}

/** An alert of one source with additional fields. */
export function simpleMessage(fields: SourceFields = {}, source: SourceFields = {}): string {
  return messageText(fields, [{ midpointMjdTai: '61000.5', ...source }]);
}

function objectText(fields: SourceFields): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `${JSON.stringify(name)}: ${value}`)
    .join(', ')}}`;
}
