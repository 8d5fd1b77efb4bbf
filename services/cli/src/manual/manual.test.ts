import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../testing/run-lvra.js';

const INSTALL = fileURLToPath(new URL('../../../../scripts/install.sh', import.meta.url));

describe('what make install puts there for shells and man', { concurrency: true }, () => {
  const { folder, remove } = temporaryFolder();
  const share = (path: string) => join(folder, 'share', path);
  before(() => execFileSync(INSTALL, [folder, 'daemon']));
  after(remove);

  const bash = (...words: string[]) => {
    const script = `source "$0"; COMP_WORDS=(lvra "$@"); COMP_CWORD=$#; _lvra; printf '%s\n' "\${COMPREPLY[@]}"`;
    const file = share('bash-completion/completions/lvra');
    return execFileSync('bash', ['-c', script, file, ...words], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean);
  };

  test('bash completes commands, those below them, and options', () => {
    assert.deepEqual(bash('sta'), ['start', 'status']);
    assert.deepEqual(bash('quarantine', 're'), ['replay']);
    assert.deepEqual(bash('quarantine', 'list', '--re'), ['--reason']);
    assert.deepEqual(bash('object', '313637921267122191', '--j'), ['--json']);
    assert.deepEqual(bash('prep'), []);
  });

  test('fish completes them with a word on each', () => {
    const ask = (line: string) => {
      const script = `set -p fish_complete_path $argv[1]; complete -C $argv[2]`;
      return execFileSync('fish', ['-c', script, share('fish/vendor_completions.d'), line], { encoding: 'utf8' });
    };
    assert.equal(
      ask('lvra sta'),
      'start\trun one stage as a service\nstatus\twhat is done, pending and failed, by stage and VRA\n',
    );
    assert.equal(ask('lvra quarantine re'), 'replay\tread alerts again\n');
    assert.match(ask('lvra stem --j'), /^--json\tfor programs$/m);
  });

  test('zsh loads its function', () => {
    const script =
      'fpath=("$1" $fpath); autoload -U compinit; compinit -u -D; autoload +X _lvra; print -r -- $_comps[lvra]; which _lvra';
    const told = execFileSync('zsh', ['-fc', script, 'zsh', share('zsh/site-functions')], { encoding: 'utf8' });
    assert.match(told, /^_lvra\n/);
    assert.match(told, /'status:what is done, pending and failed, by stage and VRA'/);
  });

  test('man has the help of every command, word for word', () => {
    const page = share('man/man1/lvra.1');
    const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'error', page], { encoding: 'utf8' });
    assert.equal(lint.stdout, '');
    const text = execFileSync('mandoc', ['-T', 'utf8', page], { encoding: 'utf8' }).replaceAll(/.[\b]/g, '');
    assert.match(text, /^ +Usage: lvra quarantine list \[options\]$/m);
    assert.match(text, /^ +lvra object 313637921267122191 --json \| jq '\.scores\[\] \| select\(\.isCurrent\)'$/m);
    assert.ok(!readFileSync(page, 'utf8').includes('lvra prepare'));
  });
});
