import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** Another commit of the project, built in a folder of its own. */
export interface Checkout {
  /** Short hash. */
  readonly commit: string;
  readonly project: URL;
  remove(): Promise<void>;
}

/**
 * Checks a commit out as a git worktree under the temporary folder and compiles it.
 *
 * Where its package-lock.json is this one's, so are its packages: they are linked, which takes a second. Otherwise
 * they are installed from the lockfile, which compiles SQLite and takes minutes.
 *
 * @throws where git does not know the commit, or it does not build
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
    if (hasSamePackages(tree)) await linkPackages(tree);
    else await run(join(tree, 'deploy/setup/npm.sh'), { cwd: tree });
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

function hasSamePackages(tree: string): boolean {
  const lock = (folder: string) => readFileSync(join(folder, 'package-lock.json'), 'utf8');
  return lock(tree) === lock(PROJECT);
}

/** The links from node_modules to the workspaces are relative, so that they lead to those of the other commit. */
async function linkPackages(tree: string): Promise<void> {
  const { packages } = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8')) as { packages: object };
  const places = new Set(Object.keys(packages).flatMap((path) => /^(.*?)node_modules\//.exec(path)?.[1] ?? []));
  for (const place of places) {
    const [from, to] = [PROJECT, tree].map((root) => join(root, place, 'node_modules'));
    const copy = (...how: string[]) => run('cp', ['-a', ...how, from as string, to as string]);
    // A temporary folder on another file system cannot share files with the project.
    await copy('--link').catch(async () => {
      rmSync(to as string, { recursive: true, force: true });
      await copy();
    });
  }
}
