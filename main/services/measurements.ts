import { HifuseError } from '../../models/errors.ts';
import { imageKey, type Measurement } from '../../models/measure/measurement.ts';
import { measurementSchema } from '../../models/measure/schema.ts';
import { parse } from '../../models/schema.ts';
import type { Host } from '../hosts/host.ts';
import type { Api, ImageEntry } from '../ipc/contract.ts';
import { measurementsCsv, type MeasuredFile } from '../results/measurements-csv.ts';
import type { StoredMeasurement, StoredMeasurements } from '../store/measurements.ts';
import type { Requests } from './classify.ts';
import { Emitter } from './emitter.ts';

/** An open image, as far as its measurements are looked for. */
export interface MeasuredImage {
  name: string;
  path: string;
  header: ImageEntry['header'];
}

export interface MeasurementsDependencies {
  stored: StoredMeasurements;
  requests: Requests;
  /** All that are open, in the order of the list. */
  images(): Iterable<MeasuredImage>;
  saveFile: Host['saveFile'];
}

/** What readers draw and mark on images: kept by image, whichever session and place it is opened in. */
export class Measurements {
  readonly #with: MeasurementsDependencies;
  readonly #changed = new Emitter<{ image: string }>();

  constructor(dependencies: MeasurementsDependencies) {
    this.#with = dependencies;
  }

  of(image: string): Api['measurements.list']['result'] {
    const { stored } = this.#with;
    return { measurements: stored.of(image).flatMap(read), keyFrames: stored.keyFramesOf(image) };
  }

  save(measurement: Measurement): void {
    const { id, image, frame, ...body } = measurement;
    this.#with.stored.put({ id, image, frame, body: JSON.stringify(body) });
    this.#changed.emit({ image });
  }

  delete({ id, image }: Api['measurements.delete']['params']): void {
    this.#with.stored.delete(id);
    this.#changed.emit({ image });
  }

  markKey({ image, frame, isKey }: Api['measurements.mark-key']['params']): void {
    this.#with.stored.markKey(image, frame, isKey);
    this.#changed.emit({ image });
  }

  /** Which image has others now. */
  onChange(listener: (change: { image: string }) => void): () => void {
    return this.#changed.on(listener);
  }

  /**
   * All measurements of the open images, as CSV.
   * @throws HifuseError `request.invalid` where there are none
   */
  async export({ names }: Api['measurements.export']['params']): Promise<Api['measurements.export']['result']> {
    const files: MeasuredFile[] = [];
    let number = 0;
    for (const image of this.#with.images()) {
      number++;
      // Without names, a number stands for the file: people name files after patients.
      const file = names ? image.name : String(number);
      for (const key of await this.#keysOf(image)) {
        const { measurements, keyFrames } = this.of(key);
        if (measurements.length > 0) files.push({ file, measurements, keyFrames });
      }
    }
    if (files.length === 0) throw new HifuseError('request.invalid', { reason: 'no-measurements' });
    const bytes = new TextEncoder().encode(measurementsCsv(files));
    return this.#with.saveFile('hifuse-measurements.csv', 'text/csv', bytes);
  }

  /** What measurements of an image may be kept under. Pixels are only read where something is kept by their hash. */
  async #keysOf({ path, header }: MeasuredImage): Promise<string[]> {
    const { requests, stored } = this.#with;
    if (!header) return [];
    if (header.sopInstanceUid !== '') return [imageKey(header.sopInstanceUid, '')];
    if (!stored.hasAny(imageKey('', ''))) return [];
    const keys: string[] = [];
    for (let frame = 0; frame < header.frames; frame++) {
      const { content } = await requests.request('image.frame', { path, frame });
      keys.push(imageKey('', content.sha256));
    }
    return [...new Set(keys)];
  }
}

/** None where it is not one that this version could have written. */
function read({ id, image, frame, body }: StoredMeasurement): Measurement[] {
  try {
    const rest = JSON.parse(body) as object;
    return [parse(measurementSchema, { ...rest, id, image, frame }, id, 'request.invalid')];
  } catch {
    return [];
  }
}
