import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ErrorValue } from '../../models/errors.ts';
import type { Case } from '../../models/evaluation/cases.ts';
import type { ModelSelection } from '../../worker/protocol.ts';
import { classifyAll, type Requests } from './classify.ts';

/** An image whose class is known. */
export interface EvaluationImage {
  path: string;
  name: string;
  /** Index of the class, in the model's order. */
  label: number;
  /** The patient, or the image itself where that is not known. */
  group: string;
}

export interface Answers<I> {
  /** Images that the model answered, with what it said. */
  answered: { image: I; case: Case }[];
  failed: { image: I; error: ErrorValue }[];
}

/** Asks a model about labelled images. @throws the signal's reason */
export async function answersOf<I extends EvaluationImage>(
  requests: Requests,
  model: ModelSelection,
  images: readonly I[],
  {
    batchSize,
    signal,
    onImage,
  }: { batchSize: number; signal: AbortSignal; onImage(image: I, error: ErrorValue | null): void },
): Promise<Answers<I>> {
  const items = images.map((one) => ({ image: { path: one.path, frame: 0 }, named: true, one }));
  const answers: Answers<I> = { answered: [], failed: [] };
  for await (const result of classifyAll(items, { requests, model, batchSize, heatMaps: false, signal })) {
    const { one } = result.item;
    if (result.prediction) {
      const probabilities = result.prediction.classes.map(({ probability }) => probability);
      answers.answered.push({ image: one, case: { label: one.label, group: one.group, probabilities } });
    } else answers.failed.push({ image: one, error: result.error! });
    onImage(one, result.error);
  }
  return answers;
}

/** How many headers are asked for at once. */
const HEADERS = 200;

/**
 * Finds out which images belong to one patient: what the data say, or what of the name the pattern matches, or the
 * Patient ID of the DICOM header; null where nothing tells.
 */
export async function patientsOf(
  images: readonly { path: string; name: string; group: string | null }[],
  pattern: RegExp | null,
  requests: Requests,
  signal: AbortSignal,
): Promise<(string | null)[]> {
  const patients = images.map(({ group, name }) => group ?? (pattern ? (pattern.exec(name)?.[0] ?? null) : null));
  const unknown = pattern ? [] : [...patients.keys()].filter((i) => patients[i] === null);
  for (let start = 0; start < unknown.length; start += HEADERS) {
    const chunk = unknown.slice(start, start + HEADERS);
    const headers = await requests.request('image.headers', { paths: chunk.map((i) => images[i]!.path) }, { signal });
    for (const [k, header] of headers.entries()) {
      if (header.ok && header.header.patientId !== '') patients[chunk[k]!] = header.header.patientId;
    }
  }
  return patients;
}

/** One SHA-256 of all files with their labels, whatever their order, names and places. */
export async function dataHash(images: readonly { path: string; label: string | number }[]): Promise<string> {
  const lines: string[] = [];
  for (const { path, label } of images) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    lines.push(`${hash.digest('hex')} ${label}\n`);
  }
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}
