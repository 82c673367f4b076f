import path from 'node:path';

export interface UserArguments {
  /** What the person gave, without the program and its script. */
  all: string[];
  /** Those of them that name files or folders, absolute. */
  files: string[];
}

/**
 * What the person gave on Electron's command line.
 *
 * @param packaged an installed application: argv[0] alone is ours. Otherwise a script follows, after Chromium's switches.
 * @param directory that relative paths start from
 */
export function userArguments(
  argv: readonly string[],
  packaged: boolean,
  directory: string = process.cwd(),
): UserArguments {
  const isSwitch = (argument: string): boolean => argument.startsWith('-');
  const script = packaged ? 0 : argv.findIndex((argument, i) => i > 0 && !isSwitch(argument));
  const all = script === -1 ? [] : argv.slice(script + 1);
  const files = all.filter((argument) => !isSwitch(argument)).map((file) => path.resolve(directory, file));
  return { all, files };
}
