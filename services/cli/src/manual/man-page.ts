import type { Command } from 'commander';

/** The manual as `man` reads it: the help of every command, word for word. */
export function manPage(program: Command, version: string): string {
  const commands = program.createHelp().visibleCommands(program);
  return [
    `.TH LVRA 1 "" "LVRA Stream ${version}" ""`,
    '.SH NAME',
    `lvra \\- ${roff(program.description())}`,
    '.SH SYNOPSIS',
    '.B lvra',
    '.I command',
    '[\\fIargument\\fR ...] [\\fIoption\\fR ...]',
    '.SH DESCRIPTION',
    ...preformatted(helpOf(program)),
    ...commands.flatMap((command) => [`.SH ${roff(`lvra ${command.name()}`.toUpperCase())}`, ...sections(command)]),
    '',
  ].join('\n');
}

function sections(command: Command): string[] {
  const below = command.createHelp().visibleCommands(command);
  return [...preformatted(helpOf(command)), ...below.flatMap((each) => ['.PP', ...preformatted(helpOf(each))])];
}

/** As `--help` prints it, with the text after the options. */
function helpOf(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => written.push(text), getOutHelpWidth: () => 78 });
  command.outputHelp();
  return written.join('');
}

function preformatted(text: string): string[] {
  return ['.nf', ...text.trimEnd().split('\n').map(roff), '.fi'];
}

/** A line with roff's control characters escaped. */
function roff(line: string): string {
  const escaped = line.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('`', '\\(ga');
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}
