import type { ReasonCode } from '../texts/codes.ts';

/** The reasons of verdicts; the others say why a device was chosen or passed over. */
type VerdictReasonCode = Exclude<ReasonCode, `device.${string}`>;
type States<Code extends ReasonCode> = Readonly<Record<Code, 'outside' | 'unverified'>>;

/**
 * What each reason makes of an image. `outside`: the file or its pixels contradict what the model is meant for.
 * `unverified`: nothing contradicts, but a fact that the model's package asks for is missing or not certain.
 * The sentences stand in models/texts.
 */
export const REASON_STATES: States<VerdictReasonCode> & Partial<States<ReasonCode>> = {
  'use.modality': 'outside',
  'use.body-part': 'outside',
  'use.body-part-text': 'outside',
  'use.view': 'outside',
  'use.laterality': 'outside',
  'use.age': 'outside',
  'use.photometric': 'outside',
  'image.localizer': 'outside',
  'image.derived-object': 'outside',
  'image.phantom': 'outside',
  'image.too-small': 'outside',
  'pixels.empty': 'outside',
  'pixels.saturated': 'outside',
  'pixels.noise': 'outside',
  'pixels.colour': 'outside',
  'pixels.inverted': 'outside',
  'pixels.turned': 'outside',
  'pixels.layout': 'outside',
  'pixels.texture': 'outside',
  'pixels.flat': 'outside',
  'pixels.unusual': 'outside',
  'unstated.modality': 'unverified',
  'unstated.body-part': 'unverified',
  'unstated.view': 'unverified',
  'unstated.age': 'unverified',
  'free-text.body-part': 'unverified',
  'image.secondary-capture': 'unverified',
  'image.burned-in-annotation': 'unverified',
  'model.no-intended-use': 'unverified',
  'model.no-statistics': 'unverified',
};
