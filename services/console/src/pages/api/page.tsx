import { type FileRoute, parametersOf } from '../../routes/open-api.js';
import { API, apiPathOf } from '../../routes/register.js';
import { formatsOf, type Resource } from '../../routes/resource.js';

/** What programs can ask, in words; the OpenAPI document says the same for them. */
interface Props {
  readonly resources: readonly Resource[];
  readonly files: readonly FileRoute[];
}

export function ApiPage({ resources, files }: Props) {
  return (
    <article class="api">
      <h1>Data for programs</h1>
      <p>
        Everything that a page shows is there as JSON: put <code>{API}</code> before its path and keep its query. Ids
        are decimal strings of 64-bit integers, times ISO 8601 in UTC; null is unknown. Errors are problems as RFC 9457
        has them. An answer has an ETag: send it back as If-None-Match, and get 304 while nothing has changed.
      </p>
      <p>
        <a href={`${API}/openapi.json`}>The OpenAPI document</a>
      </p>
      {resources.map((resource) => (
        <section>
          <h2>
            <code>GET {apiPathOf(resource)}</code>
          </h2>
          <p>
            {resource.summary}
            {formatsOf(resource).length > 0 && ` Also with format=${formatsOf(resource).join(', ')}.`}
          </p>
          <Parameters of={resource} />
        </section>
      ))}
      {files.map((file) => (
        <section>
          <h2>
            <code>GET {apiPathOf(file)}</code>
          </h2>
          <p>{file.summary}</p>
          <Parameters of={file} />
        </section>
      ))}
    </article>
  );
}

function Parameters({ of }: { of: Pick<Resource, 'path' | 'params'> }) {
  const parameters = parametersOf(of);
  if (parameters.length === 0) return null;
  return (
    <table>
      <caption class="hidden">{`What ${apiPathOf(of)} is asked with`}</caption>
      <thead>
        <tr>
          <th scope="col">name</th>
          <th scope="col">where</th>
          <th scope="col">what</th>
        </tr>
      </thead>
      <tbody>
        {parameters.map(({ name, in: where, schema }) => (
          <tr>
            <th scope="row">
              <code>{name}</code>
            </th>
            <td>{where}</td>
            <td>{describe(schema)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function describe({
  description,
  enum: words,
  default: usual,
}: ReturnType<typeof parametersOf>[number]['schema']): string {
  const parts = [description, words && `one of ${words.join(', ')}`, usual !== undefined && `by default ${usual}`];
  return parts.filter((part) => typeof part === 'string').join('; ');
}
