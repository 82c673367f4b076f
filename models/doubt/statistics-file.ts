/**
 * statistics.safetensors of a model package: for each group of features `<group>.mean` [n] and `<group>.whitening`
 * [n (n + 1) / 2], the lower triangle row after row, in float32. The thresholds stand in the manifest.
 */
import { HifuseError } from '../errors.ts';
import { decodeSafetensors, encodeSafetensors, type RawTensor } from '../package/safetensors.ts';
import { pooledFeatures } from '../hifuse/network.ts';
import { decodeTensor } from '../package/weights.ts';
import type { Architecture, Statistics } from '../package/manifest.ts';
import { triangle, type Gaussian } from '../statistics/mahalanobis.ts';
import { perGroup, type Reference } from './deviation.ts';
import { FEATURE_GROUPS, FLATNESS_FEATURES, LAYOUT_FEATURES, TEXTURE_FEATURES, type FeatureGroup } from './features.ts';

/** Features of each group for a network. */
const sizesOf = (architecture: Architecture): Readonly<Record<FeatureGroup, number>> => ({
  network: pooledFeatures(architecture),
  layout: LAYOUT_FEATURES,
  texture: TEXTURE_FEATURES,
  flatness: FLATNESS_FEATURES,
});

export function encodeReference({ groups }: Reference): Uint8Array<ArrayBuffer> {
  const tensor = (values: Float64Array): RawTensor => {
    const { buffer } = Float32Array.from(values);
    return { dtype: 'F32', shape: [values.length], bytes: new Uint8Array(buffer) };
  };
  return encodeSafetensors(
    new Map(
      FEATURE_GROUPS.flatMap((group) => [
        [`${group}.mean`, tensor(groups[group].mean)],
        [`${group}.whitening`, tensor(groups[group].whitening)],
      ]),
    ),
  );
}

/**
 * @param subject the file, for messages
 * @throws HifuseError `model.invalid-package`, `checkpoint.corrupt` where a tensor is missing, misshapen or not finite
 */
export function decodeReference(
  file: Uint8Array,
  { thresholds }: Statistics,
  architecture: Architecture,
  subject: string,
): Reference {
  const tensors = decodeSafetensors(file, subject);
  const sizes = sizesOf(architecture);
  const values = (name: string, count: number): Float64Array => {
    const tensor = tensors.get(name);
    if (tensor?.shape.length !== 1 || tensor.shape[0] !== count) {
      throw new HifuseError('model.invalid-package', { reason: 'tensor', file: subject, name, count });
    }
    return Float64Array.from(decodeTensor(name, tensor, subject));
  };
  const gaussian = (group: FeatureGroup): Gaussian => ({
    mean: values(`${group}.mean`, sizes[group]),
    whitening: values(`${group}.whitening`, triangle(sizes[group])),
  });
  return { groups: perGroup(gaussian), thresholds };
}
