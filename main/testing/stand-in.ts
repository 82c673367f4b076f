/** Stands in for the inference process where its answers alone matter: they follow from the bytes of the files. */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import { versionOf } from '../../worker/imaging/image-file.ts';
import type { ImageHeader, ImageSource, Outcome } from '../../worker/protocol.ts';
import type { Requests } from '../services/classify.ts';
import { fakeHeader, fakeModel, fakePrediction, fakeRequests } from './fakes.ts';

export interface StandInOptions {
  /** Milliseconds per image. */
  delay?: number;
  /** Called before an image is answered; what it throws is the answer of the whole request. */
  onImage?: (image: ImageSource) => void;
}

/**
 * Reads 'image', with `frames=N` or `series=UID` among its words, as an image of so many frames in that series, 'broken' as
 * a damaged one, and everything else as none.
 */
export function standIn({ delay = 0, onImage }: StandInOptions = {}): Requests {
  return fakeRequests({
    'model.load': () => Promise.resolve(fakeModel()),
    'image.headers': ({ paths }) =>
      Promise.all(
        paths.map((one) =>
          read(one).then(
            ({ header }) => ({ ok: true as const, header }),
            (error: unknown) => ({ ok: false as const, error: toErrorValue(error) }),
          ),
        ),
      ),
    'model.classify': async ({ images }) => {
      for (const image of images) onImage?.(image);
      if (delay > 0) await sleep(delay * images.length);
      return Promise.all(images.map(answer));
    },
    'image.thumbnail': () => Promise.resolve({ png: new Uint8Array([1, 2, 3]) }),
  });
}

async function answer(image: ImageSource): Promise<Outcome> {
  try {
    const { header, sha256, fileVersion } = await read(image.path);
    const bytes = createHash('sha256').update(`${sha256} ${image.frame}`).digest();
    const weights = [bytes[0]! + 1, bytes[1]! + 1, bytes[2]! + 1];
    const sum = weights.reduce((a, b) => a + b);
    const prediction = fakePrediction(
      image,
      weights.map((weight) => weight / sum),
    );
    return {
      ok: true,
      prediction: {
        ...prediction,
        content: { sha256, fileVersion },
        heatMaps: [0, 1, 2].map((classIndex) => ({
          classIndex,
          rows: 1,
          columns: 2,
          values: Float32Array.from([classIndex, 0.5]),
        })),
      },
      facts: { sha256, header },
    };
  } catch (error) {
    return { ok: false, image, error: toErrorValue(error) };
  }
}

async function read(file: string): Promise<{ header: ImageHeader; sha256: string; fileVersion: string }> {
  const name = path.basename(file);
  let text: string;
  let fileVersion: string;
  try {
    fileVersion = versionOf(await stat(file, { bigint: true }));
    text = await readFile(file, 'utf8');
  } catch {
    throw new HifuseError('file.not-found', { reason: 'gone', file: name });
  }
  if (text === '') throw new HifuseError('file.empty', { reason: 'file', file: name });
  const words = text.split(/\s+/);
  if (words[0] === 'broken')
    throw new HifuseError('image.corrupt', { reason: 'decoder', file: name, message: 'cut off' });
  if (words[0] !== 'image') throw new HifuseError('image.unknown-format', { reason: 'content', file: name });
  const value = (key: string): string | undefined =>
    words.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
  const header = fakeHeader(file, {
    fileVersion,
    frames: Number(value('frames') ?? 1),
    seriesUid: value('series') ?? '',
    patientId: value('patient') ?? '',
  });
  return { header, sha256: createHash('sha256').update(text).digest('hex'), fileVersion };
}
