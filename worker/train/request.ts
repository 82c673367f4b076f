import type { ModelClass, Manifest, PackageDescription, Preprocessing } from '../../models/package/manifest.ts';
import type { Recipe } from './recipe.ts';

/** An image of the training or the validation part. */
export interface TrainingImage {
  path: string;
  /** Index of the class. */
  label: number;
  group: string;
}

/** All that a training needs to know; the same request continues an interrupted one. */
export interface TrainRequest {
  /** Folder of the model package that it ends with; what it keeps meanwhile stands in `<out>.training`. */
  out: string;
  architecture: Manifest['architecture'];
  classes: ModelClass[];
  preprocessing: Preprocessing;
  recipe: Recipe;
  train: TrainingImage[];
  val: TrainingImage[];
  /** Checkpoint (.pth, .safetensors) or weights of a package to start from; the head is drawn anew where classes differ. */
  init: string | null;
  /** Parameters whose names begin with one of these stay as they are. */
  freeze: string[];
  device: 'auto' | 'cpu' | 'cuda';
  /** Continue from the last checkpoint. */
  resume: boolean;
  /** Names one asking: the same one, repeated after a crash of the process, goes on by itself. */
  session: string;
  /** Seconds between two checkpoints within an epoch; one is also written at its end. */
  checkpointSeconds: number;
  /** What the package says of itself. */
  description: Pick<PackageDescription, 'id' | 'name' | 'version' | 'license' | 'intended'> & { data: string };
}

/** One epoch in the run's record. */
export interface EpochRecord {
  epoch: number;
  step: number;
  learningRate: number;
  trainLoss: number;
  trainAccuracy: number;
  valLoss: number;
  valAccuracy: number;
  valBalancedAccuracy: number;
  valMacroF1: number;
  seconds: number;
}

export interface TrainResult {
  /** Folder of the package. */
  directory: string;
  /** Folder of the checkpoint, the record, the curves and the best weights. */
  run: string;
  history: EpochRecord[];
  best: EpochRecord;
  backend: 'tensorflow' | 'wasm';
}

/** Two images in different parts that look the same. */
export interface Lookalike {
  a: string;
  b: string;
  bits: number;
}
