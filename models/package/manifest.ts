/** The manifest of a model package (schema 1). Grows by adding fields; readers ignore what they do not know. */

/** Shape of the network, enough to build it and to check every tensor's shape. */
export interface Architecture {
  /** Channels of the first stage; stage i has width * 2^i. */
  width: number;
  /** Blocks per stage, in the local and in the global branch alike. */
  depths: readonly [number, number, number, number];
  /** Attention heads per stage. */
  heads: readonly [number, number, number, number];
  /** Side of an attention window. */
  window: number;
  /** First 3x3 of the inverted residual MLP: depthwise as in the paper, dense as in the released code. */
  irmlp: 'depthwise' | 'dense';
  /** Channel attention went through the sigmoid twice (released code before 2024-01-16). */
  doubleSigmoid: boolean;
}

export interface ModelClass {
  /** Verbatim from class_indices.json. */
  name: string;
  displayName: string;
}

export type Geometry = 'stretch-224' | 'shortest-edge-256-center-crop-224';

/** How a frame becomes the network's input. */
export interface Preprocessing {
  geometry: Geometry;
  /** Per channel, of value / 255. */
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
  /** Apply the EXIF orientation before resizing (PyTorch's usual loaders do not). */
  exifOrientation: boolean;
  /** DICOM grayscale is shown to the network through the file's own first window, or through a fixed one. */
  dicomWindow: 'file' | { center: number; width: number };
}

/** How probabilities were calibrated on labelled images that the network did not train on. */
export interface Calibration {
  method: 'temperature';
  temperature: number;
  data: string;
}

/** Smallest and largest input of a layer that eight bits represent; the layer by its released name. */
export interface ActivationRange {
  layer: string;
  minimum: number;
  maximum: number;
}

export interface Quantization {
  scheme: 'int8-qdq';
  /** The layers whose products are in int8. Their weights are quantised when the package is loaded. */
  activations: readonly ActivationRange[];
  /** Layers kept in float32, by parameter name. */
  float32Layers: readonly string[];
  calibrationImages: number;
  heldBackImages: number;
  top1Agreement: number;
  meanAbsoluteProbabilityDifference: number;
  /** Share of the held-back images that each precision classifies as labelled; null without labels. */
  heldBackAccuracy?: { float32: number; int8: number } | null;
}

export interface Manifest {
  schema: 1;
  /** Lower case letters, digits, dashes; the folder's name. */
  id: string;
  name: string;
  version: string;
  license: string;
  architecture: Architecture;
  /** In the model's order. */
  classes: readonly ModelClass[];
  preprocessing: Preprocessing;
  /** null: probabilities are the softmax of the logits, not calibrated. */
  calibration: Calibration | null;
  intended: {
    modalities: readonly string[];
    bodyParts: readonly string[];
    views: readonly string[];
    /** Inclusive range in years, null where open. */
    ageYears: { minimum: number | null; maximum: number | null } | null;
  };
  training: { data: string; metrics: Record<string, number> };
  weights: { file: 'weights.safetensors'; sha256: string; dtype: 'float16' | 'float32' };
  quantization?: Quantization;
}

/** selftest.json: the golden formula's input, and what the network must answer. */
export interface SelfTest {
  schema: 1;
  /** Name that seeds the formula; shape [N, 3, 224, 224]. */
  input: { formula: 'fnv1a-lcg'; name: 'input'; shape: readonly number[] };
  logits: readonly (readonly number[])[];
  /** Largest allowed absolute difference of any logit. */
  tolerance: { float32: number; float16: number; int8: number };
}
