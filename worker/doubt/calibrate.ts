import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fitReference } from '../../models/doubt/deviation.ts';
import type { Features } from '../../models/doubt/features.ts';
import { fitCalibration, type CalibrationImage } from '../../models/doubt/fit-calibration.ts';
import { encodeReference } from '../../models/doubt/statistics-file.ts';
import { HifuseError } from '../../models/errors.ts';
import { parseId, type Manifest } from '../../models/package/manifest.ts';
import { encodePackage, STATISTICS_FILE } from '../../models/package/package.ts';
import type { LoadedPackage } from '../import/load-package.ts';
import { sha256 } from '../import/load-package.ts';
import { requireReplaceable, writePackage } from '../import/write-package.ts';
import type { Inputs } from '../handlers/inputs.ts';
import type { CalibrateRequest, Calibrated } from '../protocol.ts';
import type { OpenModel } from '../sessions.ts';
import { observe } from './observe.ts';

export interface CalibrateOptions {
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** Fewer images promise nothing: at a coverage of 90 % nine decide one rank. */
const FEWEST = 20;

/**
 * Calibrates a model on labelled images and describes the images it was trained on, and writes both into a package of their
 * own. The weights and with them the logits stay as they were. Files that are no images are left out and counted.
 *
 * @param open a session of `model`
 * @throws HifuseError `request.invalid`, `file.write-failed`, `engine.failed`
 */
export async function calibrate(
  request: CalibrateRequest,
  model: LoadedPackage,
  open: OpenModel,
  inputs: Inputs,
  { signal, onProgress }: CalibrateOptions,
): Promise<Calibrated> {
  const id = parseId(basename(resolve(request.out)));
  await requireReplaceable(request.out);

  const total = request.data.length + request.reference.length;
  let done = 0;
  let unreadable = 0;
  const count = (seen: boolean): void => {
    onProgress(++done, total);
    if (!seen) unreadable++;
  };

  const images: CalibrationImage[] = [];
  const others: Features[] = [];
  const dataHash = createHash('sha256');
  const labels = request.data.map(({ label }) => label).values();
  const data = request.data.map(({ path }) => path);
  for await (const seen of observe(data, open, inputs, { signal })) {
    const label = labels.next().value!;
    count(seen !== null);
    if (!seen) continue;
    images.push({ logits: seen.logits, label, peak: seen.peak });
    others.push(seen.features);
    dataHash.update(`${seen.sha256} ${label}\n`);
  }

  const reference: Features[] = [];
  const referenceHash = createHash('sha256');
  for await (const seen of observe(request.reference, open, inputs, { signal })) {
    count(seen !== null);
    if (!seen) continue;
    reference.push(seen.features);
    referenceHash.update(`${seen.sha256}\n`);
  }
  const fewest = Math.min(images.length, reference.length);
  if (fewest < FEWEST) {
    throw new HifuseError('request.invalid', { reason: 'too-few-images', count: fewest, minimum: FEWEST });
  }

  const dataSha256 = dataHash.digest('hex');
  const fitted = fitReference(reference, others, request.share);
  const statistics = encodeReference(fitted);
  const manifest: Manifest = {
    ...model.manifest,
    id,
    calibration: {
      ...fitCalibration(images, model.manifest.classes.length, request.coverages),
      data: request.dataName,
      dataSha256,
    },
    statistics: {
      file: STATISTICS_FILE,
      sha256: sha256(statistics),
      thresholds: fitted.thresholds,
      share: request.share,
      reference: { data: request.referenceName, images: reference.length, sha256: referenceHash.digest('hex') },
      thresholdData: { data: request.dataName, images: others.length, sha256: dataSha256 },
    },
  };
  const weights = await readFile(join(request.directory, manifest.weights.file));
  const directory = await writePackage(
    request.out,
    encodePackage(manifest, weights, model.modelCard, model.selfTest, statistics),
  );
  return { directory, manifest, unreadable };
}
