import { STRINGS } from '@lvra/fuzz/mutate';

/** Texts that would do something in a page that does not escape them, or in what a page is written to; as JSON writes them. */
const MARKUP = [
  '<script>alert(1)</script>',
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><img src=x onerror=alert(1)>',
  "'><svg onload=alert(1)>",
  '" onmouseover="alert(1)" autofocus onfocus="alert(1)',
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'https://example.org/"onclick="alert(1)',
  '</title><script>alert(1)</script>',
  '</style><script>alert(1)</script>',
  '</svg><script>alert(1)</script>',
  '</textarea><script>alert(1)</script>',
  '--><script>alert(1)</script>',
  ']]><script>alert(1)</script>',
  '<iframe src="https://example.org"></iframe>',
  '<link rel=stylesheet href=https://example.org/x.css>',
  '<meta http-equiv=refresh content="0;url=https://example.org">',
  '<base href="https://example.org/">',
  '<form action=https://example.org><button>',
  '<a href=javascript:alert(1)>x</a>',
  '<math><mtext></table><img src=x onerror=alert(1)>',
  '<template><script>alert(1)</script></template>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#x3c;script>alert(1)&#x3c;/script>',
  '<style>*{display:none}</style>',
  '<plaintext>',
  '<xmp>',
  '{{constructor.constructor("alert(1)")()}}',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '/etc/passwd\0.json',
  '%00',
  '%',
  '%zz',
  "' OR 1=1 --",
  "'; DROP TABLE provenance; --",
  '" UNION SELECT sql FROM sqlite_master --',
  '?before=1&after=2',
  '#fragment',
  'a\r\nSet-Cookie: x=y',
  '__proto__',
  'constructor',
  '9'.repeat(400),
  '-9223372036854775809',
  '1e309',
  'NaN',
  'a'.repeat(3_000),
  '\u202e\u2066'.repeat(50),
].map((text) => JSON.stringify(text));

const ALONE = [...STRINGS, ...MARKUP];

/** 200 texts: each as it is, and with others around it. As JSON writes them. */
export const HOSTILE: readonly string[] = Array.from({ length: 200 }, (_, index) => {
  const text = ALONE[index % ALONE.length]!;
  if (index < ALONE.length) return text;
  const other = ALONE[(index * 7 + 3) % ALONE.length]!;
  return `${text.slice(0, -1)} ${other.slice(1)}`;
});

/** The same as text, those that no address can hold left out. */
export const HOSTILE_TEXTS: readonly string[] = HOSTILE.map((json) => JSON.parse(json) as string).filter(
  (text) => !/\p{Surrogate}/u.test(text),
);
