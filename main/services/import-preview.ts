import type { PackageDescription } from '../../models/package/manifest.ts';
import type { CheckpointPreview, ImageSource } from '../../worker/protocol.ts';
import type { Requests } from './classify.ts';
import { walk } from './walk.ts';

/** Images of a folder that are tried: enough to see a difference, few enough to wait for. */
export const PREVIEW_IMAGES = 40;
/** Files of a folder that are looked at: there may be others between the images. */
const PREVIEW_FILES = 400;

/** The image on the screen, or a folder that the person picked. */
export type PreviewSubject = ImageSource | { folder: string };

/**
 * What choices of an import do: to one image, with the pictures that the network would see; to a folder, with the counts
 * over its first images in natural order, subfolders included.
 */
export async function previewImport(
  requests: Requests,
  checkpoint: string,
  description: PackageDescription,
  subject: PreviewSubject,
): Promise<CheckpointPreview> {
  const ofFolder = 'folder' in subject;
  const images = ofFolder ? await firstImages(requests, subject.folder) : [subject];
  return requests.request('checkpoint.preview', { checkpoint, description, images, pictures: !ofFolder });
}

async function firstImages(requests: Requests, folder: string): Promise<ImageSource[]> {
  const paths: string[] = [];
  for await (const { path } of walk(folder, { recursive: true })) {
    paths.push(path);
    if (paths.length === PREVIEW_FILES) break;
  }
  const headers = await requests.request('image.headers', { paths });
  return paths
    .filter((_, index) => headers[index]?.ok)
    .slice(0, PREVIEW_IMAGES)
    .map((path) => ({ path, frame: 0 }));
}
