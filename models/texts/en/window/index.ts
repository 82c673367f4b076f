/** Everything that the window says of itself. */
import { dialogs } from './dialogs.ts';
import { modelImport } from './import.ts';

export const window = { ...dialogs, ...modelImport } as const;
