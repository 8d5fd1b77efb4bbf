// What the linter cannot see of the house (docs/architecture.md, "Where things live"): every import is declared, every
// declaration is used, references of tsconfig.json are those of package.json (tsc -b refuses circles of them), SQL stands in
// shared/ledger alone, what knows an engine in its sqlite/ and postgres/ alone, and no folder or file of the product grows beyond what is read at one go.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const MOST_FILES = 15;
const MOST_LINES = 300;
const IMPORT =
  /(?:^(?:import|export|\})(?: .*)? from |^import |\bimport\(|\bimport\.meta\.resolve\(|import\.meta\.url\)\()'([@a-z][^']*)'/gm;
const NEAR = /(?:\bfrom |\bimport |\bimport\()'(\.[^']*)'/g;
const SQL = /\b(?:SELECT .* FROM|INSERT (?:OR \w+ )?INTO|UPDATE \w+ SET|DELETE FROM|PRAGMA)\b/;

/** The engines of the ledger, by their drivers: these are named there alone, and the engines are reached through these alone. */
const ENGINES = { 'better-sqlite3': 'shared/ledger/src/sqlite/', pg: 'shared/ledger/src/postgres/' };
const TO_THE_ENGINES = /^shared\/ledger\/src\/(?:ledger\.ts|index\.ts|move\/move\.ts|testing\/.*)$/;

const root = fileURLToPath(new URL('..', import.meta.url));
const faults = [];
const read = (path) => readFileSync(path, 'utf8');
const json = (path) => JSON.parse(read(path));

const folders = json(join(root, 'tsconfig.json')).references.map(({ path }) => path);
const manifests = new Map(folders.map((folder) => [folder, json(join(root, folder, 'package.json'))]));
const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));

for (const [folder, manifest] of manifests) checkPackage(folder, manifest);
for (const fault of faults) console.error(fault);
if (faults.length > 0) process.exit(1);
console.log(`${folders.length} packages import what they declare`);

function checkPackage(folder, { name, dependencies = {}, devDependencies = {} }) {
  const isProduct = folder.startsWith('shared/') || folder.startsWith('services/');
  const used = new Set();
  const sources = sourcesOf(join(root, folder, 'src'));
  for (const file of sources) {
    const text = read(file);
    const where = relative(root, file);
    const forTests = /\.test\.tsx?$/.test(file) || file.includes('/testing/');
    const declared = forTests ? { ...dependencies, ...devDependencies } : dependencies;
    for (const [, specifier] of text.matchAll(IMPORT)) {
      const wanted = specifier.match(/^(?:@[^/]+\/)?[^/]+/)[0];
      if (specifier.startsWith('node:') || wanted === name) continue;
      used.add(wanted);
      const engine = ENGINES[wanted.replace('better-sqlite3-node-api', 'better-sqlite3')];
      if (engine && isProduct && !forTests && !where.startsWith(engine))
        faults.push(`${where}: imports ${wanted}, which ${engine} alone may`);
      if (!(wanted in declared))
        faults.push(`${where}: imports ${wanted}, which ${folder}/package.json does not declare`);
    }
    for (const [, near] of text.matchAll(NEAR)) {
      const to = relative(root, join(dirname(file), near));
      const engine = Object.values(ENGINES).find((each) => to.startsWith(each));
      if (engine && !where.startsWith(engine) && !TO_THE_ENGINES.test(where))
        faults.push(`${where}: imports ${near}; only ledger.ts, index.ts, move/move.ts and testing/ know ${engine}`);
      if (!relative(join(root, folder, 'src'), join(dirname(file), near)).startsWith('..')) continue;
      faults.push(`${where}: imports ${near}; another package is imported by its name`);
    }
    if (!isProduct || forTests) continue;
    if (folder !== 'shared/ledger' && SQL.test(text)) faults.push(`${where}: SQL belongs in shared/ledger`);
    if (text.includes('better-sqlite3') && !where.startsWith(ENGINES['better-sqlite3']))
      faults.push(`${where}: names better-sqlite3, which ${ENGINES['better-sqlite3']} alone does`);
    const lines = text.split('\n').length - 1;
    if (lines > MOST_LINES) faults.push(`${where}: ${lines} lines, at most ${MOST_LINES}: which ideas does it hold?`);
  }
  const all = { ...dependencies, ...devDependencies };
  const text = sources.map(read).join('');
  for (const declared of Object.keys(all).filter((each) => !used.has(each) && !each.startsWith('@types/'))) {
    if (!text.includes(`'${declared}'`))
      faults.push(`${folder}/package.json: ${declared} is declared and not imported`);
  }
  const wanted = Object.keys(all)
    .filter((each) => folderOf.has(each))
    .map((each) => folderOf.get(each));
  // A part of a package may have a project of its own: what runs in a browser knows no Node, and the other way round.
  const referred = json(join(root, folder, 'tsconfig.json'))
    .references.map(({ path }) => join(folder, path))
    .filter((path) => !path.startsWith(`${folder}/`));
  if (wanted.sort().join() !== referred.sort().join()) {
    faults.push(`${folder}/tsconfig.json: its references are ${referred}, its packages ${wanted}`);
  }
  if (isProduct && !existsSync(join(root, folder, 'README.md')))
    faults.push(`${folder}: a README.md says what it is for`);
}

/** Every TypeScript file below a folder; folders with too many are a fault. */
function sourcesOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => /\.tsx?$/.test(file));
  const counts = new Map();
  for (const file of files.filter((each) => !/\.test\.tsx?$/.test(each) && basename(dirname(each)) !== 'testing')) {
    counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  }
  for (const [inner, count] of counts) {
    if (count > MOST_FILES)
      faults.push(`${relative(root, join(folder, inner))}: ${count} files, at most ${MOST_FILES}`);
  }
  return files.map((file) => join(folder, file));
}
