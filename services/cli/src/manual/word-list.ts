import type { Command } from 'commander';

/** What may follow some words of the command line. */
export interface Follow {
  /** The words before, without `lvra`: empty, `run`, or `quarantine list`. */
  readonly path: string;
  readonly commands: readonly { readonly word: string; readonly description: string }[];
  readonly options: readonly { readonly word: string; readonly description: string }[];
}

/** Every place at which a word can be completed, in the order of the help; hidden commands are left out. */
export function wordList(program: Command): Follow[] {
  return [follow(program, ''), ...visibleCommands(program).flatMap((command) => below(command, ''))];
}

function below(command: Command, before: string): Follow[] {
  const path = before === '' ? command.name() : `${before} ${command.name()}`;
  return [follow(command, path), ...visibleCommands(command).flatMap((each) => below(each, path))];
}

function follow(command: Command, path: string): Follow {
  const help = command.createHelp();
  return {
    path,
    commands: visibleCommands(command).map((each) => ({ word: each.name(), description: each.description() })),
    options: help
      .visibleOptions(command)
      .map(({ long, short, description }) => ({ word: long ?? short ?? '', description })),
  };
}

function visibleCommands(command: Command): Command[] {
  return command.createHelp().visibleCommands(command);
}
