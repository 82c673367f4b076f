import { HifuseError } from '../errors.ts';
import { quote } from '../quote.ts';
import type { Architecture } from './architecture.ts';

/** A parameter in row-major order. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

/** Released parameter name -> tensor. */
export type StateDict = ReadonlyMap<string, Tensor>;

export type Shape = readonly number[];

/** What a released checkpoint holds under one name. */
export interface ParameterSpec {
  shape: Shape;
  /** `index`: the integer relative position index, which the network computes itself. */
  kind: 'parameter' | 'index';
  /** Why the network does without it; null where it is needed. */
  unused: string | null;
}

export const STAGES = [0, 1, 2, 3] as const;

/** Squeeze of the channel attention in each fusion block (`r_2` in the released code). */
const SQUEEZE = 16;
/** Widening inside the inverted residual MLP. */
const EXPANSION = 4;

const UNUSED = {
  norm: 'norm of the global branch alone: the logits come from conv_norm and conv_head',
  head: 'classifier of the global branch alone: the logits come from conv_head',
  blockNorm2: 'made by the released global block and never called: the block has one norm in its forward pass',
  firstFusion: 'the first fusion block has no map from a stage before, so it never uses the path for three maps',
  laterFusion: 'fusion blocks after the first always have a map from the stage before and never use the path for two',
  index: 'computed from the window size; checked to be the same',
  batches: 'counter of training steps in batch norm: not used in evaluation',
} as const;

/** The counter that PyTorch keeps in each batch norm, which no table lists. */
function isCounter(name: string, table: ReadonlyMap<string, ParameterSpec>): boolean {
  const COUNTER = '.num_batches_tracked';
  return name.endsWith(COUNTER) && table.has(`${name.slice(0, -COUNTER.length)}.running_mean`);
}

/**
 * Every name in a released HiFuse checkpoint with its shape, in the order of the released state dict.
 *
 * @param architecture what the network looks like
 * @param classCount number of logits
 */
export function releasedParameters(architecture: Architecture, classCount: number): ReadonlyMap<string, ParameterSpec> {
  const { width, depths, heads, window, irmlp } = architecture;
  const table = new Map<string, ParameterSpec>();
  const channels = (stage: number): number => width * 2 ** stage;
  const last = channels(3);

  const add = (name: string, shape: Shape, unused: string | null = null): void => {
    table.set(name, { shape, kind: 'parameter', unused });
  };
  /** Convolutions (rank 4) and linear layers (rank 2). */
  const weighted = (name: string, shape: Shape, unused: string | null = null): void => {
    add(`${name}.weight`, shape, unused);
    add(`${name}.bias`, [shape[0]!], unused);
  };
  const norm = (name: string, size: number, unused: string | null = null): void => weighted(name, [size], unused);
  const batchNorm = (name: string, size: number, unused: string | null = null): void => {
    norm(name, size, unused);
    add(`${name}.running_mean`, [size], unused);
    add(`${name}.running_var`, [size], unused);
  };
  /** The released `Conv`: a convolution with a bias, then batch norm. */
  const convBn = (name: string, outputs: number, inputs: number, unused: string | null = null): void => {
    weighted(`${name}.conv`, [outputs, inputs, 1, 1], unused);
    batchNorm(`${name}.bn`, outputs, unused);
  };

  // Local branch.
  weighted('downsample_layers.0.0', [width, 3, 4, 4]);
  norm('downsample_layers.0.1', width);
  for (const stage of [1, 2, 3]) {
    norm(`downsample_layers.${stage}.0`, channels(stage - 1));
    weighted(`downsample_layers.${stage}.1`, [channels(stage), channels(stage - 1), 2, 2]);
  }
  for (const stage of STAGES) {
    const size = channels(stage);
    for (let block = 0; block < depths[stage]; block++) {
      weighted(`stages.${stage}.${block}.dwconv`, [size, 1, 3, 3]);
      norm(`stages.${stage}.${block}.norm`, size);
      weighted(`stages.${stage}.${block}.pwconv`, [size, size]);
    }
  }

  // Global branch.
  for (const stage of STAGES) {
    const size = channels(stage);
    for (let block = 0; block < depths[stage]; block++) {
      const name = `layers${stage + 1}.blocks.${block}`;
      norm(`${name}.norm1`, size);
      add(`${name}.attn.relative_position_bias_table`, [(2 * window - 1) ** 2, heads[stage]]);
      const area = window * window;
      table.set(`${name}.attn.relative_position_index`, { shape: [area, area], kind: 'index', unused: UNUSED.index });
      weighted(`${name}.attn.qkv`, [3 * size, size]);
      weighted(`${name}.attn.proj`, [size, size]);
      norm(`${name}.norm2`, size, UNUSED.blockNorm2);
      weighted(`${name}.fc1`, [size, size]);
    }
    if (stage > 0) {
      // Patch merging comes before the blocks of its stage: four pixels of the stage before become one.
      add(`layers${stage + 1}.downsample.reduction.weight`, [size, 4 * channels(stage - 1)]);
      norm(`layers${stage + 1}.downsample.norm`, 4 * channels(stage - 1));
    }
  }

  // Head, patch embedding, and the global branch's own head.
  norm('conv_norm', last);
  weighted('conv_head', [classCount, last]);
  weighted('patch_embed.proj', [width, 3, 4, 4]);
  norm('patch_embed.norm', width);
  norm('norm', last, UNUSED.norm);
  weighted('head', [classCount, last], UNUSED.head);

  // Hierarchical feature fusion.
  for (const stage of STAGES) {
    const size = channels(stage);
    const name = `fu${stage + 1}`;
    const threeMaps = stage === 0 ? UNUSED.firstFusion : null;
    const twoMaps = stage === 0 ? null : UNUSED.laterFusion;
    const squeezed = Math.floor(size / SQUEEZE);
    add(`${name}.se.0.weight`, [squeezed, size, 1, 1]);
    add(`${name}.se.2.weight`, [size, squeezed, 1, 1]);
    add(`${name}.spatial.conv.weight`, [1, 2, 7, 7]);
    batchNorm(`${name}.spatial.bn`, 1);
    convBn(`${name}.W_l`, size, size);
    convBn(`${name}.W_g`, size, size);
    convBn(`${name}.Updim`, size, Math.floor(size / 2), threeMaps);
    norm(`${name}.norm1`, 3 * size, threeMaps);
    norm(`${name}.norm2`, 2 * size, twoMaps);
    norm(`${name}.norm3`, 3 * size);
    convBn(`${name}.W3`, size, 3 * size, threeMaps);
    convBn(`${name}.W`, size, 2 * size, twoMaps);
    add(`${name}.residual.conv1.conv.weight`, [3 * size, irmlp === 'dense' ? 3 * size : 1, 3, 3]);
    add(`${name}.residual.conv2.conv.weight`, [3 * EXPANSION * size, 3 * size, 1, 1]);
    add(`${name}.residual.conv3.conv.weight`, [size, 3 * EXPANSION * size, 1, 1]);
    batchNorm(`${name}.residual.conv3.bn`, size);
    batchNorm(`${name}.residual.bn1`, 3 * size);
  }
  return table;
}

/** A name that a checkpoint holds and the network does without. */
export interface IgnoredName {
  name: string;
  reason: string;
}

/** How many names an error lists before it only counts, and how much it says of each. */
const LISTED = 5;
const LONGEST_NAME = 90;

/** The first names, and how many there are more; each is cut, since a stranger wrote it. */
function listed(names: readonly string[]): { names: string; more: number } {
  const shown = names.slice(0, LISTED).map((name) => quote(name, LONGEST_NAME));
  return { names: shown.join(', '), more: names.length - shown.length };
}

/**
 * Compares the names and shapes of a checkpoint with what the network needs.
 *
 * @param shapes name -> shape of everything in the checkpoint
 * @param subject what is checked, for the message: a file name
 * @returns the names that are there and not used, each with the reason
 * @throws HifuseError `model.missing-tensor`, `model.extra-tensor`, `model.shape-mismatch`, each naming the tensors
 */
export function checkShapes(
  shapes: ReadonlyMap<string, Shape>,
  architecture: Architecture,
  classCount: number,
  subject: string,
): IgnoredName[] {
  const table = releasedParameters(architecture, classCount);

  const missing = [...table].filter(([name, spec]) => spec.unused === null && !shapes.has(name)).map(([name]) => name);
  if (missing.length > 0) {
    const { names, more } = listed(missing);
    throw more > 0
      ? new HifuseError('model.missing-tensor', { reason: 'needed-more', file: subject, names, more })
      : new HifuseError('model.missing-tensor', { reason: 'needed', file: subject, names });
  }

  const ignored: IgnoredName[] = [];
  const extra: string[] = [];
  const misshapen: string[] = [];
  for (const [name, shape] of shapes) {
    const spec = table.get(name);
    const reason = spec ? spec.unused : isCounter(name, table) ? UNUSED.batches : undefined;
    if (reason === undefined) extra.push(name);
    else if (reason !== null) ignored.push({ name, reason });
    if (spec && !sameShape(spec.shape, shape)) {
      misshapen.push(`${name} is [${shape.join(', ')}] and should be [${spec.shape.join(', ')}]`);
    }
  }
  if (extra.length > 0) {
    const { names, more } = listed(extra);
    throw more > 0
      ? new HifuseError('model.extra-tensor', { reason: 'unknown-more', file: subject, names, more })
      : new HifuseError('model.extra-tensor', { reason: 'unknown', file: subject, names });
  }
  if (misshapen.length > 0) {
    const { names, more } = listed(misshapen);
    throw more > 0
      ? new HifuseError('model.shape-mismatch', { reason: 'shapes-more', file: subject, names, more })
      : new HifuseError('model.shape-mismatch', { reason: 'shapes', file: subject, names });
  }
  return ignored;
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Numbers that training would change, as PyTorch counts `model.parameters()`: statistics and indices are none. */
export function parameterCount(architecture: Architecture, classCount: number): number {
  let count = 0;
  for (const [name, { shape, kind }] of releasedParameters(architecture, classCount)) {
    if (kind === 'parameter' && !/\.running_(mean|var)$/.test(name)) count += shape.reduce((n, size) => n * size, 1);
  }
  return count;
}
