/** Everything that the window says of itself. */
import { dialogs } from './dialogs.ts';
import { files } from './files.ts';
import { modelImport } from './import.ts';
import { views } from './views.ts';

export const window = { ...dialogs, ...files, ...modelImport, ...views } as const;
