import type { CommandServices } from '../cli/command.ts';

/** What a command gets of the application where no packages are installed: a model is named by its folder. */
export function commandServices(
  requests: CommandServices['requests'],
  { model = '/model', dataDirectory = '' }: { model?: string; dataDirectory?: string } = {},
): CommandServices {
  return {
    requests,
    packages: {
      list: () => Promise.resolve([]),
      damaged: () => Promise.resolve([]),
      resolve: (directory) => Promise.resolve(directory),
    },
    defaultModel: () => Promise.resolve(model),
    dataDirectory,
    notices: [],
  };
}
