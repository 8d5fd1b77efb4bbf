// No promise is forgotten: every call that returns one is awaited, returned, handed to what expects a promise, kept in a
// variable, or marked `void`; and no async function is given to what does not wait for it, such as `filter` or `setInterval`.
// Of 40 awaits that were removed one by one where the ledger is asked, this and tsc together miss 3 (a cast of untyped JSON, an
// await before `finally`); tsc and the rules of Biome 2.5 missed 7 (`Number(promise)`, `promise !== undefined`).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
// TypeScript 7 has no interface for programs yet; this has the one of TypeScript 6.
import { ts } from '@ts-morph/common';
import getExePath from '../node_modules/typescript/lib/getExePath.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const folders = read('tsconfig.json').references.map(({ path }) => path);
const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions;
const paths = {};
const files = [];
for (const folder of folders) {
  const { name, exports = {} } = read(join(folder, 'package.json'));
  for (const [key, to] of Object.entries(exports)) {
    const source = (to.default ?? to).replace('./dist/', '').replace(/\.js$/, '.ts');
    paths[join(name, key)] = [join(root, folder, 'src', source)];
  }
  const sources = readdirSync(join(root, folder, 'src'), { recursive: true }).filter((file) => /\.tsx?$/.test(file));
  files.push(...sources.map((file) => join(root, folder, 'src', file)));
}
const { options } = ts.convertCompilerOptionsFromJson({ ...base, composite: false, noEmit: true, paths }, root);
const host = ts.createCompilerHost(options);
// The declarations of JavaScript itself are those of the compiler.
const libraries = dirname(getExePath());
host.getDefaultLibLocation = () => libraries;
host.getDefaultLibFileName = (given) => join(libraries, ts.getDefaultLibFileName(given));
let promises = 0;
const program = ts.createProgram(files, options, host);
const checker = program.getTypeChecker();
const HANDLERS = new Set(['then', 'catch', 'finally']);
const faults = [];
for (const file of files) visit(program.getSourceFile(file));
for (const fault of faults) console.error(fault);
if (promises === 0) throw new Error('no call returns a promise: the declarations of JavaScript were not found');
if (faults.length > 0) process.exit(1);
console.log(`${files.length} files forget none of ${promises} promises`);

function visit(node) {
  ts.forEachChild(node, visit);
  if (ts.isCallExpression(node)) checkCall(node);
  else if (ts.isFunctionExpression(node) || ts.isArrowFunction(node)) checkCallback(node);
}

function checkCall(node) {
  const type = checker.getTypeAtLocation(node);
  if (!isPromise(type) && !isListOfPromises(type)) return;
  promises++;
  // The test runner waits by itself, and what is caught is handled.
  if (/^(test|describe)$|\.catch$/.test(node.expression.getText())) return;
  let outer = node;
  while (isWrapper(outer.parent)) outer = outer.parent;
  const { parent } = outer;
  const isHandled =
    ts.isAwaitExpression(parent) ||
    ts.isVoidExpression(parent) ||
    ts.isReturnStatement(parent) ||
    ts.isYieldExpression(parent) ||
    // JSX waits for what it shows.
    ts.isJsxExpression(parent) ||
    (ts.isArrowFunction(parent) && parent.body === outer) ||
    (ts.isVariableDeclaration(parent) && parent.initializer === outer) ||
    (ts.isPropertyDeclaration(parent) && parent.initializer === outer) ||
    (ts.isBinaryExpression(parent) && parent.right === outer && isAssignment(parent)) ||
    (ts.isPropertyAccessExpression(parent) && (isListOfPromises(type) || HANDLERS.has(parent.name.text))) ||
    takesPromises(checker.getContextualType(outer));
  if (!isHandled) report(node, 'a promise is forgotten: await it, or mark it with void');
}

/** An async function whose caller does not look at what it returns. */
function checkCallback(node) {
  const signature = checker.getSignatureFromDeclaration(node);
  if (!signature || !isPromise(checker.getReturnTypeOfSignature(signature))) return;
  if (!ts.isCallExpression(node.parent) || !node.parent.arguments.includes(node)) return;
  const expected = checker.getContextualType(node)?.getCallSignatures() ?? [];
  // Playwright waits by itself, and its types say nothing of it.
  if (/\.route$/.test(node.parent.expression.getText())) return;
  if (expected.length === 0 || expected.some((each) => takesPromises(checker.getReturnTypeOfSignature(each)))) return;
  report(node, 'nobody waits for what this function returns, and a rejection ends the process');
}

function takesPromises(type) {
  if (type === undefined) return false;
  if (type.isUnion()) return type.types.some(takesPromises);
  if (type.flags & ts.TypeFlags.TypeParameter) return true;
  if (type.getSymbol()?.name === 'Iterable') return checker.getTypeArguments(type).some(takesPromises);
  return isPromise(type) || isListOfPromises(type) || type.getSymbol()?.name === 'PromiseLike';
}

function isPromise(type) {
  if (type.isUnion()) return type.types.some(isPromise);
  return type.getSymbol()?.name === 'Promise';
}

function isListOfPromises(type) {
  return checker.isArrayType(type) && checker.getTypeArguments(type).some(isPromise);
}

function isWrapper(node) {
  if (ts.isConditionalExpression(node) || ts.isSpreadElement(node) || ts.isNonNullExpression(node)) return true;
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node)) return true;
  return ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken;
}

function isAssignment({ operatorToken: { kind } }) {
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function report(node, what) {
  const { line } = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart());
  faults.push(`${relative(root, node.getSourceFile().fileName)}:${line + 1}: ${what}: ${node.getText().slice(0, 80)}`);
}
