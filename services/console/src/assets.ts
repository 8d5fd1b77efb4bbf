import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import type { Assets } from './layout/context.js';

/** The sheet and the script, in memory, under names that change with their content. */
export interface AssetFiles {
  readonly names: Assets;
  readonly files: ReadonlyMap<string, { readonly type: string; readonly body: string }>;
}

/** Made by services/console/assets.mjs; the path is right from the bundle of the command line too. */
const FOLDER = new URL('../../../services/console/assets/', import.meta.url);

export function loadAssets(): AssetFiles {
  const files = new Map<string, { type: string; body: string }>();
  const add = (file: string, type: string): string => {
    const body = readFileSync(fileURLToPath(new URL(file, FOLDER)), 'utf8');
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
    const path = `/assets/${file.replace('.', `-${hash}.`)}`;
    files.set(path, { type, body });
    return path;
  };
  const style = add('console.css', 'text/css; charset=utf-8');
  const script = add('console.js', 'text/javascript; charset=utf-8');
  return { names: { style, script }, files };
}

export function serveAssets(app: Hono, { files }: AssetFiles): void {
  for (const [path, { type, body }] of files) {
    app.get(path, (context) =>
      context.body(body, 200, { 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }),
    );
  }
}
