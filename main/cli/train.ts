import path from 'node:path';
import { randomUUID } from 'node:crypto';
import { setAside, tornGroups } from '../../models/evaluation/split.ts';
import { architectureOf, VARIANT_NAMES } from '../../models/hifuse/variants.ts';
import { displayNameOf } from '../../models/package/class-names.ts';
import { isId, type ModelClass } from '../../models/package/manifest.ts';
import { CLASS_WEIGHTS, RELEASED, type Recipe } from '../../worker/train/recipe.ts';
import type { TrainRequest, TrainResult } from '../../worker/train/request.ts';
import { patientsOf } from '../services/evaluate.ts';
import {
  EXIT,
  oneOf,
  parse,
  single,
  UsageError,
  wholeNumber,
  type Command,
  type Context,
  type ExitStatus,
} from './command.ts';
import { pattern } from './evaluate.ts';
import { GEOMETRIES, list, triple } from './import.ts';
import { DATA_HELP, labelIndices, plainName, readLabelled, type LabelledImage } from './labelled.ts';

const help = `\
Usage: hifuse train DATA --out DIR [options]

Trains HiFuse and makes a model package of the best epoch. However it is interrupted, it goes on with --resume where
its last checkpoint stands. What it writes meanwhile is in DIR.training: checkpoint, best weights (released names,
for PyTorch), history, curves, and events for TensorBoard.

${DATA_HELP}
Where the data have no val, it is taken from train; images of one patient are never torn apart.

  --variant NAME        ${VARIANT_NAMES.join(', ')}; default nano
  --irmlp FORM          depthwise (paper; default) or dense (released code)
  --init FILE           start from a checkpoint (.pth, .safetensors)
  --freeze PREFIX       leave parameters of that name as they are; may be repeated
  --epochs N            default ${RELEASED.epochs}
  --batch N             images at once; default ${RELEASED.batchSize}
  --accumulate N        batches per step; default 1
  --lr X                default ${RELEASED.learningRate}, after one epoch of warm-up; falls as half a cosine to 1 %
  --weight-decay X      default ${RELEASED.weightDecay}; none on norms and biases
  --label-smoothing X   --drop-path X   --clip X   --ema X (decay, such as 0.998)   --mixup A   --cutmix A
  --class-weights HOW   ${CLASS_WEIGHTS.join(', ')}
  --crop X              least share of the area that a random crop keeps; default ${RELEASED.augmentation.scale[0]}
  --rotation DEGREES    --brightness X   --contrast X   --no-flip
  --patience N          end after N epochs without a better validation
  --small-data          what helps small sets of radiographs; options beside it win
  --seed N              default ${RELEASED.seed}
  --val-share X         of train, where the data have no val; default 0.15
  --patient REGEX       what of a file's name names the patient, where no column does
  --preprocess HOW      ${GEOMETRIES.join(' or ')}
  --mean R,G,B          of value / 255; default 0.5,0.5,0.5
  --std R,G,B           default 0.5,0.5,0.5
  --name TEXT   --version TEXT   --license TEXT   --modality LIST   --body-part LIST   --view LIST
  --device NAME         auto, cpu, cuda
  --checkpoint-every S  seconds between checkpoints within an epoch; default 300
  --resume              go on from the last checkpoint

Exit status: 0 done; 1 training failed, and why; 2 something was missing; 130 interrupted, --resume goes on.`;

const OPTIONS = {
  out: { type: 'string' },
  variant: { type: 'string', default: 'nano' },
  irmlp: { type: 'string', default: 'depthwise' },
  init: { type: 'string' },
  freeze: { type: 'string', multiple: true },
  epochs: { type: 'string' },
  batch: { type: 'string' },
  accumulate: { type: 'string' },
  lr: { type: 'string' },
  'weight-decay': { type: 'string' },
  'label-smoothing': { type: 'string' },
  'drop-path': { type: 'string' },
  clip: { type: 'string' },
  ema: { type: 'string' },
  mixup: { type: 'string' },
  cutmix: { type: 'string' },
  'class-weights': { type: 'string' },
  crop: { type: 'string' },
  rotation: { type: 'string' },
  brightness: { type: 'string' },
  contrast: { type: 'string' },
  'no-flip': { type: 'boolean', default: false },
  patience: { type: 'string' },
  'small-data': { type: 'boolean', default: false },
  seed: { type: 'string' },
  'val-share': { type: 'string', default: '0.15' },
  patient: { type: 'string' },
  preprocess: { type: 'string' },
  mean: { type: 'string' },
  std: { type: 'string' },
  name: { type: 'string' },
  version: { type: 'string', default: '1.0.0' },
  license: { type: 'string', default: 'not stated' },
  modality: { type: 'string' },
  'body-part': { type: 'string' },
  view: { type: 'string' },
  device: { type: 'string', default: 'auto' },
  'checkpoint-every': { type: 'string', default: '300' },
  resume: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parse<typeof OPTIONS>>['values'];

/** Measured on chest radiographs of children: 4150 images, 17 epochs. */
const SMALL_DATA: Partial<Recipe> = {
  learningRate: 1e-3,
  weightDecay: 0.05,
  epochs: 30,
  labelSmoothing: 0.05,
  classWeights: 'sqrt',
  dropPath: 0.1,
  emaDecay: 0.998,
  clipNorm: 1,
  augmentation: {
    scale: [0.7, 1],
    ratio: [0.85, 1.18],
    flip: 0.5,
    rotation: 10,
    brightness: 0.2,
    contrast: 0.2,
  },
};

/** A number of a range. */
function ranged(option: string, text: string | undefined, low: number, high: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && value >= low && value <= high) return value;
  throw new UsageError(`--${option} is a number from ${low} to ${high}, not "${text}".`);
}

function recipeOf(values: Values): Recipe {
  const base: Recipe = values['small-data'] ? { ...RELEASED, ...SMALL_DATA } : RELEASED;
  const whole = (option: 'epochs' | 'batch' | 'accumulate' | 'patience' | 'seed', least: number) => {
    const text = values[option];
    return text === undefined ? undefined : wholeNumber(option, text, least);
  };
  const { augmentation } = base;
  return {
    epochs: whole('epochs', 1) ?? base.epochs,
    batchSize: whole('batch', 1) ?? base.batchSize,
    accumulation: whole('accumulate', 1) ?? base.accumulation,
    learningRate: ranged('lr', values.lr, 1e-8, 10) ?? base.learningRate,
    weightDecay: ranged('weight-decay', values['weight-decay'], 0, 10) ?? base.weightDecay,
    warmUpEpochs: base.warmUpEpochs,
    endFactor: base.endFactor,
    labelSmoothing: ranged('label-smoothing', values['label-smoothing'], 0, 0.9) ?? base.labelSmoothing,
    classWeights:
      values['class-weights'] === undefined
        ? base.classWeights
        : oneOf('class-weights', values['class-weights'], CLASS_WEIGHTS),
    dropPath: ranged('drop-path', values['drop-path'], 0, 0.9) ?? base.dropPath,
    emaDecay: ranged('ema', values.ema, 0, 0.99999) ?? base.emaDecay,
    clipNorm: ranged('clip', values.clip, 1e-6, 1e6) ?? base.clipNorm,
    mixup: ranged('mixup', values.mixup, 0, 10) ?? base.mixup,
    cutmix: ranged('cutmix', values.cutmix, 0, 10) ?? base.cutmix,
    augmentation: {
      scale: [ranged('crop', values.crop, 0.01, 1) ?? augmentation.scale[0], 1],
      ratio: augmentation.ratio,
      flip: values['no-flip'] ? 0 : augmentation.flip,
      rotation: ranged('rotation', values.rotation, 0, 180) ?? augmentation.rotation,
      brightness: ranged('brightness', values.brightness, 0, 1) ?? augmentation.brightness,
      contrast: ranged('contrast', values.contrast, 0, 1) ?? augmentation.contrast,
    },
    patience: whole('patience', 1) ?? base.patience,
    seed: whole('seed', 0) ?? base.seed,
  };
}

/** Classes in the order of their names, as PyTorch's folder readers have them. */
function classesOf(images: readonly { label: string }[]): ModelClass[] {
  const names = new Map<string, string>();
  for (const { label } of images) if (!names.has(plainName(label))) names.set(plainName(label), label);
  return [...names.values()].sort().map((name) => ({ name, displayName: displayNameOf(name) }));
}

type Known = LabelledImage & { label: string };

interface Divided {
  path: string;
  label: number;
  group: string;
  part: 'train' | 'val' | 'test';
}

/** Gives every image its class, its patient and its part. */
async function divide(images: readonly Known[], classes: ModelClass[], values: Values, seed: number, context: Context) {
  const { services, signal } = context;
  const index = labelIndices(classes);
  const patients = await patientsOf(images, pattern('patient', values.patient), services.requests, signal);
  if (patients.includes(null)) context.say('The patient of some images is not known; each counts as one of its own.');
  const known = images.map((image, i): Omit<Divided, 'part'> & { part: LabelledImage['part'] } => ({
    path: image.path,
    label: index(image.label)!,
    group: patients[i] ?? `image:${image.name}`,
    part: image.part,
  }));
  const parted = known.map((image): Divided => ({ ...image, part: image.part ?? 'train' }));
  if (parted.some(({ part }) => part === 'val')) return parted;
  const train = parted.filter(({ part }) => part === 'train');
  const aside = setAside(train, ranged('val-share', values['val-share'], 0.01, 0.5)!, seed);
  const val = new Set(train.filter((_, i) => aside[i]));
  return parted.map((image): Divided => (val.has(image) ? { ...image, part: 'val' } : image));
}

/** Tells of patients and pictures that are in two parts; returns the images that can be read. */
async function withoutLeaks(
  images: readonly Divided[],
  preprocessing: TrainRequest['preprocessing'],
  { services, signal, say, status }: Context,
): Promise<Divided[]> {
  const torn = tornGroups(images);
  if (torn.length > 0) {
    say(`${torn.length} patients are in more than one part: what validation and test show is too good.`);
  }
  const { unreadable, lookalikes } = await services.requests.request(
    'train.check',
    { images: images.map(({ path: file, part }) => ({ path: file, part })), preprocessing },
    {
      signal,
      onProgress: ({ done, total, text }) => {
        status?.(`${text}: ${done} of ${total}`);
      },
    },
  );
  status?.('');
  if (unreadable.length > 0) say(`${unreadable.length} files are no images or damaged and are left out.`);
  const [first] = lookalikes;
  if (first) {
    say(`${lookalikes.length} pairs of images in different parts look the same, such as ${first.a} and ${first.b}.`);
  }
  const lost = new Set(unreadable);
  return images.filter(({ path: file }) => !lost.has(file));
}

function describe({ best, history, backend, run, directory }: TrainResult): string[] {
  return [
    `Trained ${history.length} epochs (${backend === 'wasm' ? 'WebAssembly' : 'TensorFlow'}); best on validation was epoch ${best.epoch}:`,
    `accuracy ${best.valAccuracy.toFixed(3)}, balanced ${best.valBalancedAccuracy.toFixed(3)}, macro F1 ${best.valMacroF1.toFixed(3)}.`,
    `Wrote ${directory}; its history and curves are in ${run}.`,
    'Its probabilities are not calibrated yet: hifuse calibrate does that.',
  ];
}

async function run(args: readonly string[], context: Context): Promise<ExitStatus> {
  const { values, positionals } = parse(args, OPTIONS);
  const data = single(positionals, ({ t }) => t('cli:usage.data-missing'));
  if (values.out === undefined) throw new UsageError(({ t }) => t('cli:usage.package-missing'));
  const out = path.resolve(values.out);
  const id = path.basename(out);
  if (!isId(id)) throw new UsageError(`The last part of --out becomes the id: lower case letters, digits and dashes.`);
  const recipe = recipeOf(values);
  const variant = oneOf('variant', values.variant, VARIANT_NAMES);
  const irmlp = oneOf('irmlp', values.irmlp, ['depthwise', 'dense']);
  const device = oneOf('device', values.device, ['auto', 'cpu', 'cuda']);
  const { services, signal, say, status } = context;

  const labelled = await readLabelled(data, signal);
  const known = labelled.filter((image): image is Known => image.label !== null);
  const classes = classesOf(known);
  if (classes.length < 2) throw new UsageError('Training needs images of at least two classes.');
  const preprocessing: TrainRequest['preprocessing'] = {
    geometry: values.preprocess === undefined ? GEOMETRIES[0] : oneOf('preprocess', values.preprocess, GEOMETRIES),
    mean: triple('mean', values.mean) ?? [0.5, 0.5, 0.5],
    std: triple('std', values.std) ?? [0.5, 0.5, 0.5],
    exifOrientation: false,
    dicomWindow: 'file',
  };
  const divided = await divide(known, classes, values, recipe.seed, context);
  const images = await withoutLeaks(divided, preprocessing, context);
  const part = (name: Divided['part']) => images.flatMap(({ part: of, ...image }) => (of === name ? [image] : []));
  const [train, val] = [part('train'), part('val')];
  if (train.length === 0 || val.length === 0)
    throw new UsageError('There are no images to train on, or none to validate with.');
  say(
    `${classes.map(({ name }) => name).join(', ')}: ${train.length} images to train on, ${val.length} to validate with.`,
  );

  let lastEpoch = '';
  const result = await services.requests.request(
    'train.run',
    {
      out,
      architecture: architectureOf(variant, irmlp),
      classes,
      preprocessing,
      recipe,
      train,
      val,
      init: values.init === undefined ? null : path.resolve(values.init),
      freeze: values.freeze ?? [],
      device,
      resume: values.resume,
      session: randomUUID(),
      checkpointSeconds: wholeNumber('checkpoint-every', values['checkpoint-every'], 1),
      description: {
        id,
        name: values.name ?? id,
        version: values.version,
        license: values.license,
        intended: {
          modalities: list(values.modality) ?? [],
          bodyParts: list(values['body-part']) ?? [],
          views: list(values.view) ?? [],
          ageYears: null,
        },
        data: `${train.length} images of ${new Set(train.map(({ group }) => group)).size} patients; chosen on ${val.length} others`,
      },
    },
    {
      signal,
      onProgress: ({ text }) => {
        if (text.startsWith('Epoch') && text !== lastEpoch) {
          status?.('');
          say(text);
          lastEpoch = text;
        } else status?.(text);
      },
    },
  );
  status?.('');
  for (const line of describe(result)) say(line);
  return EXIT.ok;
}

export const train: Command = {
  name: 'train',
  summary: 'train a network on labelled images',
  help,
  run,
};
