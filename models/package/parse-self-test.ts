import { INPUT_SIZE } from '../hifuse/variants.ts';
import { JsonFields } from './json-fields.ts';
import type { SelfTest } from './manifest.ts';

/** Images that a self-test may have: it runs every time a device is chosen. */
const IMAGES_LIMIT = 8;

/**
 * Checks selftest.json field by field.
 *
 * @param json what JSON.parse gave
 * @param classCount logits per image, of the manifest
 * @param subject the file, for messages
 * @throws HifuseError `model.invalid-package`, naming the field
 */
export function parseSelfTest(json: unknown, classCount: number, subject: string): SelfTest {
  const fields = new JsonFields(json, subject, 'model.invalid-package');
  const schema = fields.oneOf('schema', [1]);
  const input = fields.object('input');
  const shape = input.integers('shape', 4, 1, INPUT_SIZE);
  if (shape[0]! > IMAGES_LIMIT || shape[1] !== 3 || shape[2] !== INPUT_SIZE || shape[3] !== INPUT_SIZE) {
    input.refuse('shape', `must be [1 to ${IMAGES_LIMIT}, 3, ${INPUT_SIZE}, ${INPUT_SIZE}]`);
  }
  const logits = fields.list('logits', shape[0]!, shape[0]!);
  const tolerance = fields.object('tolerance');
  return {
    schema,
    input: { formula: input.oneOf('formula', ['fnv1a-lcg']), name: input.oneOf('name', ['input']), shape },
    logits: logits.map((row, image) =>
      new JsonFields({ [image]: row }, subject, 'model.invalid-package', 'logits').numbers(`${image}`, classCount),
    ),
    tolerance: {
      float32: tolerance.number('float32', 0, 1e6),
      float16: tolerance.number('float16', 0, 1e6),
      int8: tolerance.number('int8', 0, 1e6),
    },
  };
}
