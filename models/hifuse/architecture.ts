import * as v from 'valibot';
import { boolean, fields, four, integer, oneOf } from '../schema.ts';

/** Largest values that are believed. Base has width 96, depth 18 and 24 heads. */
const LIMITS = { width: 1024, depth: 100, window: 56 } as const;

/** Shape of the network, enough to build it and to check every tensor's shape. */
export const architectureSchema = v.pipe(
  fields({
    /** Channels of the first stage; stage i has width * 2^i. */
    width: integer(1, LIMITS.width),
    /** Blocks per stage, in the local and in the global branch alike. */
    depths: four(integer(1, LIMITS.depth)),
    /** Attention heads per stage. */
    heads: four(integer(1, 8 * LIMITS.width)),
    /** Side of an attention window. */
    window: integer(1, LIMITS.window),
    /** First 3x3 of the inverted residual MLP: depthwise as in the paper, dense as in the released code. */
    irmlp: oneOf(['depthwise', 'dense']),
    /** Channel attention went through the sigmoid twice (released code before 2024-01-16). */
    doubleSigmoid: boolean(),
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { width, heads } = dataset.value;
    const stage = heads.findIndex((count, i) => (width * 2 ** i) % count !== 0);
    if (stage < 0) return;
    const at = (key: string | number) =>
      ({ type: 'unknown', origin: 'value', input: heads, key, value: heads }) as const;
    addIssue({ message: `must divide ${width * 2 ** stage} channels`, path: [at('heads'), at(stage)] });
  }),
);

export type Architecture = v.InferOutput<typeof architectureSchema>;
