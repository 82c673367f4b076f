import { stat } from 'node:fs/promises';
import { versionOf } from '../../worker/imaging/image-file.ts';

/** Which version of a file is there now, as `FrameContent.fileVersion` says it of what was read; '' where there is none. */
export const fileVersion = (path: string): Promise<string> => stat(path, { bigint: true }).then(versionOf, () => '');
