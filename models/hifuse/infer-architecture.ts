import { HifuseError } from '../errors.ts';
import type { Architecture } from './architecture.ts';
import { STAGES, type Shape } from './state-dict.ts';

/** What names and shapes tell of a network. Whether the sigmoid was applied twice they do not tell. */
export interface InferredArchitecture {
  architecture: Architecture;
  classCount: number;
}

/**
 * Reads the architecture off the names and shapes of a released checkpoint. It looks at one tensor for each fact and
 * checks nothing else: `checkShapes` compares all of them with the answer.
 *
 * @param shapes name -> shape of everything in the checkpoint
 * @param subject what is read, for the message: a file name
 * @throws HifuseError `checkpoint.not-hifuse` where nothing looks like HiFuse, `model.missing-tensor` and
 *   `model.shape-mismatch` where a tensor that tells a fact is not there or cannot be right
 */
export function inferArchitecture(shapes: ReadonlyMap<string, Shape>, subject: string): InferredArchitecture {
  if (!LANDMARKS.some((name) => shapes.has(name))) {
    throw new HifuseError('checkpoint.not-hifuse', {
      reason: 'landmarks',
      file: subject,
      tensors: shapes.size,
      expected: LANDMARKS.join(', '),
    });
  }

  /** Shape of a tensor that must have `rank` axes. */
  const shapeOf = (name: string, rank: number): Shape => {
    const shape = shapes.get(name);
    if (!shape) throw new HifuseError('model.missing-tensor', { reason: 'needed', file: subject, names: name });
    if (shape.length !== rank || shape.some((size) => size < 1)) {
      throw new HifuseError('model.shape-mismatch', { reason: 'shape', file: subject, name, shape: shape.join(', ') });
    }
    return shape;
  };
  const biasTable = (stage: number): Shape =>
    shapeOf(`layers${stage + 1}.blocks.0.attn.relative_position_bias_table`, 2);

  const side = Math.sqrt(biasTable(0)[0]!);
  if (!Number.isInteger(side) || side % 2 !== 1) {
    throw new HifuseError('model.shape-mismatch', { reason: 'window', file: subject, rows: biasTable(0)[0]! });
  }
  const convolution = shapeOf('fu1.residual.conv1.conv.weight', 4);
  return {
    architecture: {
      width: shapeOf('patch_embed.proj.weight', 4)[0]!,
      depths: perStage((stage) => countBlocks(shapes, stage)),
      heads: perStage((stage) => biasTable(stage)[1]!),
      window: (side + 1) / 2,
      // The released code drops `group` in its Conv, so both forms exist: one filter plane per channel, or all of them.
      irmlp: convolution[1] === 1 ? 'depthwise' : 'dense',
      doubleSigmoid: false,
    },
    classCount: shapeOf('conv_head.weight', 2)[0]!,
  };
}

/** One of these is in every HiFuse checkpoint, however incomplete. */
const LANDMARKS = ['conv_head.weight', 'fu1.residual.conv1.conv.weight', 'patch_embed.proj.weight'] as const;

function perStage(value: (stage: number) => number): [number, number, number, number] {
  return STAGES.map(value) as [number, number, number, number];
}

/** Blocks of the global branch in a stage, counted until a number is missing; what stands after a gap is extra. */
function countBlocks(shapes: ReadonlyMap<string, Shape>, stage: number): number {
  let count = 0;
  while (shapes.has(`layers${stage + 1}.blocks.${count}.attn.qkv.weight`)) count++;
  return count;
}
