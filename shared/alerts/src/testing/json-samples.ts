import { readFileSync } from 'node:fs';

const REAL = new URL('../../../../../shared/real/alerts-20260202.ndjson', import.meta.url);

/** The 44 real messages as they left Kafka. Only for tests. */
export const realMessages: readonly string[] = readFileSync(REAL, 'utf8').trimEnd().split('\n');

/** Small texts that between them hold everything the dialect has. Only for tests. */
export const DIALECT_SAMPLES: readonly string[] = [
  '{}',
  '[]',
  ' [ 1 , -2 , 3.5 , -0.25e-3 , 1E+5 , 0 , -0 , -0.0 , 10 ] ',
  '{"a": {"b": [null, true, false]}, "a": 2, "": ""}',
  '[NaN, Infinity, -Infinity]',
  '"quote \\" slash \\\\ \\/ \\b\\f\\n\\r\\t \\u00e9 \\uD83D\\uDE00 \\ud800"',
  '{"k\\u0065y": "\u00e9\u2726\u{1f600}\u2028"}',
  '[[[[[[1]]], {"deep": [{"er": [{}]}]}]]]',
  '\t\r\n{"diaObjectId": 169760231713145019, "raErr": NaN}\n',
  '12345678901234567890',
];
