import type { Column, ColumnType, Table } from '../table.js';

/** VOTable's names of types: https://www.ivoa.net/documents/VOTable/20191021/, section 2.1. */
const DATATYPE: Readonly<Record<ColumnType, string>> = {
  int64: 'datatype="long"',
  int32: 'datatype="int"',
  double: 'datatype="double"',
  boolean: 'datatype="boolean"',
  text: 'datatype="unicodeChar" arraysize="*"',
};

/** A VOTable up to where its data begins: names, types, units and descriptions of the columns. */
export function votableHeader(table: Table): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results">
<TABLE name="${xmlText(table.name)}">
<DESCRIPTION>${xmlText(table.description)}</DESCRIPTION>
${table.columns.map(fieldOf).join('\n')}
`;
}

/** What follows the data, or the header where there is none. */
export const VOTABLE_END = '</TABLE>\n</RESOURCE>\n</VOTABLE>\n';

function fieldOf({ name, type, unit, ucd, description }: Column): string {
  const attributes = [`name="${xmlText(name)}"`, DATATYPE[type]];
  if (unit !== null) attributes.push(`unit="${xmlText(unit)}"`);
  if (ucd !== null) attributes.push(`ucd="${xmlText(ucd)}"`);
  return `<FIELD ${attributes.join(' ')}><DESCRIPTION>${xmlText(description)}</DESCRIPTION></FIELD>`;
}

const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** In an element as in an attribute. What XML 1.0 has no way to write, as most control characters, becomes U+FFFD. */
export function xmlText(text: string): string {
  if (!/[^ !#-%'-;=?-~]/.test(text)) return text;
  return text
    .replace(/[^\t\n\r -\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"\t\n\r]/g, (sign) => REFERENCES[sign]!);
}
