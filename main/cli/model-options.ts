import { DEVICE_CHOICES, ENGINE_CHOICES } from '../../models/devices.ts';
import type { Texts } from '../../models/texts/texts.ts';
import type { ModelSelection } from '../../worker/protocol.ts';
import { oneOf, type CommandServices } from './command.ts';

/** Options of every command that runs a network, for `parse`. */
export const MODEL_OPTIONS = {
  model: { type: 'string' },
  engine: { type: 'string', default: 'auto' },
  device: { type: 'string', default: 'auto' },
} as const;

/** Help of the options that choose where a network runs. */
export const deviceHelp = (t: Texts['t']): string =>
  t('help:device', { engines: ENGINE_CHOICES.join(', '), devices: DEVICE_CHOICES.join(', ') });

/** Help of {@link MODEL_OPTIONS}. */
export const modelHelp = (t: Texts['t']): string => t('help:model', { device: deviceHelp(t) });

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
