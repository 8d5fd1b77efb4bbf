// Makes the one sheet and the one script of all pages, after tsc: assets/console.css and assets/console.js.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = fileURLToPath(new URL('.', import.meta.url));

await build({
  absWorkingDir: here,
  entryPoints: { console: 'src/browser/console.ts' },
  outdir: 'assets',
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
});
await build({
  absWorkingDir: here,
  entryPoints: { console: 'src/browser/style/console.css' },
  outdir: 'assets',
  bundle: true,
  minify: true,
  logLevel: 'warning',
});
