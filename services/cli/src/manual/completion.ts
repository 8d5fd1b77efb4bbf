import type { Follow } from './word-list.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A script that completes the words of `lvra`; it contains them all and starts no process. After them, files. */
export function completionScript(shell: Shell, places: readonly Follow[]): string {
  return { bash, zsh, fish }[shell](places);
}

const words = ({ commands, options }: Follow) => [...commands, ...options].map(({ word }) => word);
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The words before the cursor, without `lvra`. */
const BEFORE = { bash: `"\${COMP_WORDS[@]:1:COMP_CWORD-1}"`, zsh: `"\${(@)words[2,CURRENT-1]}"` };

/** Walks over the words before the cursor and keeps those that are commands. */
function walk(places: readonly Follow[], wordsBefore: string): string {
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quoted(` ${path}`));
  return `  for word in ${wordsBefore}; do
    case "$place $word" in
      ${paths.join('|')}) place="$place $word" ;;
    esac
  done`;
}

function bash(places: readonly Follow[]): string {
  const cases = places.map(
    (each) => `    ${quoted(each.path && ` ${each.path}`)}) words=${quoted(words(each).join(' '))} ;;`,
  );
  return `# bash completion for lvra
_lvra() {
  local place="" word words=""
${walk(places, BEFORE.bash)}
  case "$place" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _lvra lvra
`;
}

function zsh(places: readonly Follow[]): string {
  const described = ({ word, description }: Follow['options'][number]) =>
    quoted(`${word.replaceAll(':', '\\:')}:${description}`);
  const cases = places.map(
    ({ path, commands, options }) => `    ${quoted(path && ` ${path}`)})
      commands=(${commands.map(described).join(' ')})
      options=(${options.map(described).join(' ')}) ;;`,
  );
  return `#compdef lvra
_lvra() {
  local place="" word
  local -a commands options
${walk(places, BEFORE.zsh)}
  case "$place" in
${cases.join('\n')}
  esac
  [[ \${#commands} -gt 0 ]] && _describe command commands
  [[ \${words[CURRENT]} == -* ]] && _describe option options
  [[ \${#commands} -gt 0 ]] || _files
}
if [ "$funcstack[1]" = "_lvra" ]; then _lvra "$@"; else compdef _lvra lvra; fi
`;
}

function fish(places: readonly Follow[]): string {
  const lines = places.flatMap(({ path, commands, options }) => {
    const below = commands.map(({ word }) => word).join(' ');
    const parts = path === '' ? [] : path.split(' ');
    const here = [
      ...(parts.length === 0 ? ['__fish_use_subcommand'] : parts.map((part) => `__fish_seen_subcommand_from ${part}`)),
      ...(parts.length > 0 && below !== '' ? [`not __fish_seen_subcommand_from ${below}`] : []),
    ].join('; and ');
    return [
      ...commands.map(
        ({ word, description }) => `complete -c lvra -f -n ${fishText(here)} -a ${word} -d ${fishText(description)}`,
      ),
      ...options.map(({ word, description }) => {
        return `complete -c lvra -n ${fishText(here)} -l ${word.replace(/^-+/, '')} -d ${fishText(description)}`;
      }),
    ];
  });
  return `# fish completion for lvra\n${lines.join('\n')}\n`;
}

/** Between single quotes fish takes a backslash before a quote. */
const fishText = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
