import type { BrowserContextOptions } from 'playwright-core';

/** How people look at a page. */
export const VARIANTS = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  narrow: { colorScheme: 'light', viewport: { width: 360, height: 740 } },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;
