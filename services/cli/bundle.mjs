// Puts the commands that only need the ledger into one file, after tsc: bin/lvra.js runs it. Packages with binaries stay
// where they are. It lies as deep in the project as what it is made of, so that paths from there are right from here.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url));

await build({
  entryPoints: [fromHere('dist/ledger-main.js')],
  outfile: fromHere('bundle/ledger-main.js'),
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  external: ['better-sqlite3', 'better-sqlite3-node-api', 'fs-ext'],
  // Packages in CommonJS ask for Node's own modules with require, which modules do not have.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  logLevel: 'warning',
});
