import { decodeReference } from '../doubt/statistics-file.ts';
import type { Reference } from '../doubt/deviation.ts';
import { foreignText, HifuseError } from '../errors.ts';
import type { StateDict } from '../hifuse/state-dict.ts';
import { parseManifest, parseSelfTest, type Manifest, type SelfTest } from './manifest.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';
import { openWeights, type WeightBytes } from './weights.ts';

/** The files of a model package and how large each may be: bytes in, bytes out. */
export const PACKAGE_FILES = {
  'manifest.json': { limit: 2 ** 20 },
  'weights.safetensors': { limit: 2 ** 31 },
  'MODEL_CARD.md': { limit: 2 ** 20 },
  'selftest.json': { limit: 2 ** 22 },
  'statistics.safetensors': { limit: 2 ** 27 },
} as const;

export type PackageFile = keyof typeof PACKAGE_FILES;

/** The file that a package has where its manifest names it. */
export const STATISTICS_FILE = 'statistics.safetensors';

export type PackageBytes = Readonly<Record<Exclude<PackageFile, typeof STATISTICS_FILE>, Uint8Array>> & {
  readonly [STATISTICS_FILE]?: Uint8Array;
};

/** SHA-256 as 64 lower-case hexadecimal digits; the folder is pure, so the hash comes from outside. */
export type Sha256 = (bytes: Uint8Array) => string;

/** A weight file with its SHA-256 as 64 lower-case hexadecimal digits. */
export interface HashedWeights extends WeightBytes {
  sha256: string;
}

/** A package that was read and verified. */
export interface ModelPackage {
  manifest: Manifest;
  /** Released names, float32, only those that the network uses; each is read when it is asked for. */
  state: StateDict;
  modelCard: string;
  selfTest: SelfTest;
  /** What the images it was trained on are like; null where the package does not say. */
  reference: Reference | null;
}

/**
 * Writes a package of weights and statistics that the manifest already names by hash.
 *
 * @throws HifuseError `model.invalid-package` where a reader would refuse the manifest or the self-test
 */
export function encodePackage(
  manifest: Manifest,
  weights: Uint8Array,
  modelCard: string,
  selfTest: SelfTest,
  statistics?: Uint8Array,
): PackageBytes {
  const checked = parseManifest(manifest, 'manifest.json');
  parseSelfTest(selfTest, checked.classes.length, 'selftest.json');
  return {
    'manifest.json': encodeJson(checked),
    'weights.safetensors': weights,
    'MODEL_CARD.md': encodeUtf8(modelCard),
    'selftest.json': encodeJson(selfTest),
    ...(statistics && { [STATISTICS_FILE]: statistics }),
  };
}

function encodeJson(value: unknown): Uint8Array {
  return encodeUtf8(`${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads a package and verifies it: the manifest and the self-test field by field, the weights' hash, names, shapes and
 * values. Whether the network then answers as the self-test says is for the engine to find out.
 *
 * @param name of the package, for messages: its folder
 * @throws HifuseError `model.invalid-package`, `model.hash-mismatch`, `model.*-tensor`, `model.shape-mismatch`
 */
export function decodePackage(
  files: Omit<PackageBytes, 'weights.safetensors'>,
  weights: HashedWeights,
  sha256: Sha256,
  name: string,
): ModelPackage {
  const subject = (file: PackageFile): string => `${name}/${file}`;
  const text = (file: 'manifest.json' | 'MODEL_CARD.md' | 'selftest.json'): string =>
    decodeText(files[file], subject(file));

  const manifest = parseManifest(parseJson(text('manifest.json'), subject('manifest.json')), subject('manifest.json'));
  const modelCard = text('MODEL_CARD.md');
  const selfTest = parseSelfTest(
    parseJson(text('selftest.json'), subject('selftest.json')),
    manifest.classes.length,
    subject('selftest.json'),
  );

  requireHash(weights.sha256, manifest.weights.sha256, subject('weights.safetensors'));
  const state = openWeights(weights, manifest, subject('weights.safetensors'));
  return { manifest, state, modelCard, selfTest, reference: decodeStatistics(files, manifest, sha256, name) };
}

function requireHash(found: string, named: string, subject: string): void {
  if (found === named) return;
  throw new HifuseError('model.hash-mismatch', { reason: 'file', file: subject, found, named });
}

function decodeStatistics(
  files: Pick<PackageBytes, typeof STATISTICS_FILE>,
  { statistics, architecture }: Manifest,
  sha256: Sha256,
  name: string,
): Reference | null {
  if (!statistics) return null;
  const subject = `${name}/${STATISTICS_FILE}`;
  const bytes = files[STATISTICS_FILE];
  if (!bytes) throw new HifuseError('model.invalid-package', { reason: 'missing', file: subject });
  requireHash(sha256(bytes), statistics.sha256, subject);
  return decodeReference(bytes, statistics, architecture, subject);
}

/**
 * Reads the manifest alone, for lists of models.
 *
 * @throws HifuseError `model.invalid-package`
 */
export function decodeManifest(bytes: Uint8Array, subject: string): Manifest {
  return parseManifest(parseJson(decodeText(bytes, subject), subject), subject);
}

function decodeText(bytes: Uint8Array, subject: string): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    throw new HifuseError('model.invalid-package', { reason: 'not-utf8', file: subject });
  }
}

function parseJson(text: string, subject: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HifuseError('model.invalid-package', { reason: 'not-json', file: subject, message: foreignText(error) });
  }
}
