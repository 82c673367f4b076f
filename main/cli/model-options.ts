import { DEVICE_CHOICES, ENGINE_CHOICES } from '../../models/devices.ts';
import type { ModelSelection } from '../../worker/protocol.ts';
import { oneOf, type CommandServices } from './command.ts';

/** Options of every command that runs a network, for `parse`. */
export const MODEL_OPTIONS = {
  model: { type: 'string' },
  engine: { type: 'string', default: 'auto' },
  device: { type: 'string', default: 'auto' },
} as const;

export const DEVICE_HELP = `\
  --engine NAME     ${ENGINE_CHOICES.join(', ')}
  --device NAME     ${DEVICE_CHOICES.join(', ')}`;

export const MODEL_HELP = `\
  --model ID|DIR    the model package; if left out, the one chosen in the app, at first the bundled one
                    (see: hifuse models)
${DEVICE_HELP}`;

/** What the options select. @throws UsageError; HifuseError `model.not-found` */
export async function selectModel(
  services: CommandServices,
  values: { model?: string | undefined; engine: string; device: string },
): Promise<ModelSelection> {
  const engine = oneOf('engine', values.engine, ENGINE_CHOICES);
  const device = oneOf('device', values.device, DEVICE_CHOICES);
  const { model } = values;
  const directory = await (model === undefined ? services.defaultModel() : services.packages.resolve(model));
  return { directory, engine, device };
}
