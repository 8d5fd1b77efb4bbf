// Puts the command line into a few files in bundle/, after tsc, for bin/lvra.js: finding and reading hundreds of files
// took longer than all that most commands do. bundle/ lies as deep in the project as what it is made of, so that paths
// from there are right from here.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { RECORD, stateOf } from './bin/compiled.js';
// The console's sheet and script, which it reads as files.
import '../console/assets.mjs';

const CLI = fileURLToPath(new URL('.', import.meta.url));
const BUNDLE = join(CLI, 'bundle');

const inputs = new Set();
/** The programs that are bundled already: they start each other, and themselves. */
const begun = new Set();

async function bundle(options) {
  const { metafile } = await build({
    absWorkingDir: CLI,
    outdir: BUNDLE,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    // Packages with binaries; and kafkajs, of which the consumer replaces parts by their paths.
    external: [
      ...['better-sqlite3', 'better-sqlite3-node-api', 'fs-ext', 'onnxruntime-node', 'snappy', '@node-rs/crc32'],
      ...['kafkajs', '@kafkajs/confluent-schema-registry'],
    ],
    // Packages in CommonJS ask for Node's own modules with require, which modules do not have.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    plugins: [programsBeside],
    metafile: true,
    logLevel: 'warning',
    ...options,
  });
  for (const path of Object.keys(metafile.inputs)) inputs.add(path);
}

/** Threads and processes of ours are started by the path of their program from the file that starts them. */
const programsBeside = {
  name: 'programs beside',
  setup({ onLoad }) {
    onLoad({ filter: /\/dist\/.*\.js$/ }, async ({ path }) => {
      let contents = await importPastFaces(await readFile(path, 'utf8'));
      for (const [started, file] of contents.matchAll(/new URL\('([^']+\.js)', import\.meta\.url\)/g)) {
        const program = resolve(dirname(path), file);
        const name = `${basename(program.slice(0, program.indexOf('/dist/')))}-${basename(program, '.js')}`;
        if (!begun.has(program)) {
          begun.add(program);
          await bundle({ entryPoints: { [name]: program } });
        }
        contents = contents.replace(started, `new URL('./${name}.js', import.meta.url)`);
      }
      return { contents };
    });
  },
};

const IMPORT = /^import \{([^}]*)\} from '(@lvra\/[a-z]+)';$/gm;
const EXPORT = /^export \{([^}]*)\} from '([^']+)';$/gm;
const namesIn = (list) =>
  list
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);

/** esbuild loads all that a package's index.js names, used or not: so names are taken from the files that define them. */
async function importPastFaces(contents) {
  let result = contents;
  for (const [statement, names, name] of contents.matchAll(IMPORT)) {
    const face = fileURLToPath(import.meta.resolve(name));
    const definedIn = new Map();
    for (const [, exported, file] of (await readFile(face, 'utf8')).matchAll(EXPORT)) {
      for (const each of namesIn(exported)) definedIn.set(each, resolve(dirname(face), file));
    }
    const imports = namesIn(names).map((each) => {
      const file = definedIn.get(each.split(' as ')[0]);
      if (file === undefined) throw new Error(`${name} has no ${each}`);
      return `import { ${each} } from ${JSON.stringify(file)};`;
    });
    result = result.replace(statement, imports.join(' '));
  }
  return result;
}

await rm(BUNDLE, { recursive: true, force: true });
await bundle({ entryPoints: ['dist/main.js'], splitting: true });

const compiled = [...inputs].filter((path) => /(^|\/)dist\//.test(path) && !path.includes('node_modules/'));
const projects = [...new Set(compiled.map((path) => path.slice(0, path.lastIndexOf('dist/'))))].sort();
await writeFile(RECORD, JSON.stringify({ projects, state: stateOf(projects) }));
