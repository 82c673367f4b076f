/** Everything that the window says of itself. */
import { commands } from './commands.ts';
import { dialogs } from './dialogs.ts';
import { files } from './files.ts';
import { modelImport } from './import.ts';
import { viewport } from './viewport.ts';
import { views } from './views.ts';

export const window = { ...commands, ...dialogs, ...files, ...modelImport, ...viewport, ...views } as const;
