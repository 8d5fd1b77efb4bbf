import { ANY_LABEL, FATES, FLAGS, NO_LABEL, OTHER_VERSIONS } from '@lvra/operations';
import type { CandidatesProps } from './answer.js';

/** Every filter in one form: what it asks for stands in the address. */
export function Filters({ data, params, context }: CandidatesProps) {
  // As they were written: a position may be in hours.
  const written = (name: string) => context.url.searchParams.get(name) ?? '';
  const { night, vra, vras, versions } = data;
  return (
    <form class="filters" method="get" action="/candidates">
      <Choice name="vra" label="VRA" chosen={vra} options={vras.map((each) => [each, each])} />
      <label>
        Night <input type="date" name="night" value={night === null ? '' : dateOf(night)} />
      </label>
      <Choice
        {...{ name: 'version', label: 'Version', chosen: params.version ?? '' }}
        options={[['', 'any'], ...withChosen(versions, params.version).map((each) => [each, each] as const)]}
      />
      <Field name="min" label="Score from" value={written('min')} isNumber={true} />
      <Field name="max" label="to" value={written('max')} isNumber={true} />
      <Field name="brightest" label="AB mag from" value={written('brightest')} isNumber={true} />
      <Field name="faintest" label="to" value={written('faintest')} isNumber={true} />
      <Field name="bands" label="Bands" value={written('bands')} hint="gri" />
      <Choice
        {...{ name: 'flags', label: 'Brightness flag', chosen: params.flags?.join(',') ?? '' }}
        options={[
          ['', 'any'],
          ...withChosen(FLAGS, params.flags?.join(',')).map((each) => [each, wordsOf(each)] as const),
        ]}
      />
      <Choice
        {...{ name: 'fate', label: 'At Lasair', chosen: params.fate ?? '' }}
        options={[['', 'any'], ...FATES.map((each) => [each, each.replaceAll('_', ' ')] as const)]}
      />
      <Field name="cone" label="Around (ra dec radius″)" value={written('cone')} hint="150.1 -30.2 60" />
      <Choice
        {...{ name: 'tns', label: 'TNS name', chosen: params.tns ?? '' }}
        options={[
          ['', 'any'],
          ['with', 'with'],
          ['without', 'without'],
        ]}
      />
      <Choice
        {...{ name: 'label', label: 'Label', chosen: params.label ?? '' }}
        options={[
          ['', 'any'],
          [ANY_LABEL, 'with'],
          [NO_LABEL, 'without'],
          ...withChosen(data.labels, params.label)
            .filter((each) => each !== ANY_LABEL && each !== NO_LABEL)
            .map((each) => [each, each] as const),
        ]}
      />
      <Choice
        {...{ name: 'against', label: 'Compare with', chosen: params.against ?? '' }}
        options={[
          ['', 'nothing'],
          [OTHER_VERSIONS, 'other versions'],
          ...vras.filter((each) => each !== vra).map((each) => [each, each] as const),
        ]}
      />
      <Field name="differs" label="differing by" value={written('differs')} isNumber={true} />
      <Choice
        {...{ name: 'rows', label: 'A row for each', chosen: params.rows ?? 'objects' }}
        options={[
          ['objects', 'object'],
          ['sources', 'score'],
        ]}
      />
      <Choice
        {...{ name: 'seen', label: 'Seen ones', chosen: params.seen ?? 'yes' }}
        options={[
          ['yes', 'shown'],
          ['no', 'hidden'],
        ]}
      />
      {['sort', 'since', 'limit'].map(
        (name) => written(name) !== '' && <input type="hidden" name={name} value={written(name)} />,
      )}
      <button type="submit">Show</button>
      <a href={`/candidates?${new URLSearchParams({ vra })}`}>Clear</a>
    </form>
  );
}

interface FieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly isNumber?: boolean;
  readonly hint?: string;
}

function Field({ name, label, value, isNumber, hint }: FieldProps) {
  return (
    <label>
      {label}{' '}
      <input
        {...{ name, value, placeholder: hint, inputmode: isNumber ? 'decimal' : undefined, autocomplete: 'off' }}
      />
    </label>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly label: string;
  readonly chosen: string;
  readonly options: readonly (readonly [value: string, words: string])[];
}

function Choice({ name, label, chosen, options }: ChoiceProps) {
  return (
    <label>
      {label}{' '}
      <select name={name}>
        {options.map(([value, words]) => (
          <option value={value} selected={value === chosen}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is asked for stays in the form, also where the night has none of it. */
function withChosen(all: readonly string[], chosen: string | undefined): readonly string[] {
  return chosen === undefined || all.includes(chosen) ? all : [...all, chosen];
}

/** `first brighter than 21` of first21. */
function wordsOf(flags: string): string {
  return flags
    .split(',')
    .map((flag) => flag.replace('first', 'first brighter than ').replace('brighter', 'brighter than '))
    .join(', ')
    .replaceAll('than  than', 'than');
}

/** As an input of dates takes it. */
function dateOf(night: string): string {
  return `${night.slice(0, 4)}-${night.slice(4, 6)}-${night.slice(6)}`;
}
