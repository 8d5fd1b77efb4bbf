import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

/** Another commit of the project, built in a folder of its own. */
export interface Checkout {
  /** Short hash. */
  readonly commit: string;
  readonly project: URL;
  remove(): Promise<void>;
}

/**
 * Checks a commit out as a git worktree under the temporary folder and compiles it. If its package-lock.json is
 * the same, the packages are copied; otherwise they are installed, which takes minutes.
 *
 * @throws Error if git does not know the commit, or it does not build
 */
export async function checkOut(commit: string): Promise<Checkout> {
  const git = (...args: string[]) => run('git', args, { cwd: PROJECT });
  const known = await git('rev-parse', '--verify', '--short=8', `${commit}^{commit}`).catch(() => {
    throw new Error(`git knows no commit ${commit}: name one that \`git log\` shows`);
  });
  const short = known.stdout.trim();
  const folder = mkdtempSync(join(tmpdir(), `lvra-${short}-`));
  const tree = join(folder, 'tree');
  const remove = async () => {
    rmSync(folder, { recursive: true, force: true });
    await git('worktree', 'prune');
  };
  try {
    await git('worktree', 'add', '--detach', tree, short);
    if (lockOf(tree) === lockOf(PROJECT)) await copyPackages(tree);
    else await run(installerOf(tree), { cwd: tree });
    await run(join(tree, 'node_modules/.bin/tsc'), ['-b'], { cwd: tree });
  } catch (error) {
    await remove();
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${short} could not be built, so there is nothing to compare with:\n${stdout}${stderr}`, {
      cause: error,
    });
  }
  return { commit: short, project: pathToFileURL(`${tree}/`), remove };
}

/** Commits before 2026-11-28 have it in deploy/setup. */
const installerOf = (tree: string) =>
  ['scripts', 'deploy/setup'].map((folder) => join(tree, folder, 'npm.sh')).find(existsSync) as string;

const lockOf = (tree: string) => readFileSync(join(tree, 'package-lock.json'), 'utf8');

/** The links from node_modules to the workspaces are relative, so that they lead to those of the other commit. */
async function copyPackages(tree: string): Promise<void> {
  const { packages } = JSON.parse(lockOf(PROJECT)) as { packages: object };
  const places = new Set(Object.keys(packages).flatMap((path) => /^(.*?)node_modules\//.exec(path)?.[1] ?? []));
  for (const place of places) {
    await run('cp', ['-a', ...[PROJECT, tree].map((root) => join(root, place, 'node_modules'))]);
  }
}
