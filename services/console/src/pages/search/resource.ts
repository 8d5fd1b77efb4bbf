import { search as searchFor } from '@lvra/operations';
import { z } from 'zod';
import { resource } from '../../routes/resource.js';
import { SearchPage } from './page.js';

const LONGEST = 200;

const ANSWER = z.object({
  q: z.string(),
  kind: z.enum(['object', 'stem', 'night', 'position', 'nothing']),
  page: z.string().nullable().describe('the path of the page that shows it'),
  because: z.array(z.string()).describe('why nothing was found, in sentences'),
});

/** The page of what was found. */
function pageOf(found: Awaited<ReturnType<typeof searchFor>>): string | null {
  switch (found.kind) {
    case 'object':
      return `/objects/${found.diaObjectId}`;
    case 'stem':
      return `/stems/${found.stem}`;
    case 'night':
      return `/candidates?night=${found.night}`;
    case 'position': {
      const around = [found.ra, found.decl, ...(found.radius === null ? [] : [found.radius])].join(' ');
      return `/candidates?${new URLSearchParams({ cone: around, sort: 'distance' })}`;
    }
    case 'nothing':
      return null;
  }
}

export const search = resource({
  path: '/search',
  summary: 'What an id, a stem, a night, a position or a name at TNS is',
  params: z.object({
    q: z.string().max(LONGEST, `is longer than ${LONGEST} characters`).default('').describe('what is looked for'),
  }),
  answer: ANSWER,
  async read(look, { q }) {
    if (q.trim() === '') return { q, kind: 'nothing' as const, page: null, because: [] };
    const found = await searchFor(look, q);
    const because = found.kind === 'nothing' ? [...found.because] : [];
    return { q, kind: found.kind, page: pageOf(found), because };
  },
  elsewhere: ({ page }) => page ?? undefined,
  title: ({ q }) => (q.trim() === '' ? 'Search' : `${q.trim()}: nothing found`),
  Page: SearchPage,
});
