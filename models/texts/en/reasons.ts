/** Why a verdict, a choice or a refusal is as it is. */
export const reasons = {
  'device.chosen-by-you': 'Chosen by you.',
  'device.nothing-faster': 'Chosen: there is nothing faster here.',
  'device.faster': 'Chosen: {{times, number(minimumFractionDigits: 1)}} times as fast as the processor.',
  'device.none-faster': 'Chosen: no other device passed its checks and was faster.',
  'device.slower': 'Works; slower than the device that was chosen.',
  'device.not-faster':
    'Works, but is not faster than the processor: {{its, number}} ms per image against {{processors, number}} ms.',
  'device.works': 'Works.',
  'device.not-needed': 'Not needed: another device was chosen.',
  'device.not-asked-for': 'Not asked for.',
  'use.modality': 'The modality is {{given}}; the model is meant for {{meant}}.',
  'use.body-part': 'The body part is {{given}}; the model is meant for {{meant}}.',
  'use.body-part-text':
    'The file states no body part, but its {{field}} names {{given}}; the model is meant for {{meant}}.',
  'use.view': 'The view is {{given}}; the model is meant for {{meant}}.',
  'use.laterality': 'The laterality is {{given}}; the model is meant for {{meant}}.',
  'use.age': 'The model is not meant for the patient’s age.',
  'use.age/range':
    'The age is {{years, number(maximumFractionDigits: 2)}} years; the model is meant for {{minimum}} to {{maximum}} years.',
  'use.age/up-to_one':
    'The age is {{years, number(maximumFractionDigits: 2)}} years; the model is meant for up to {{count}} year.',
  'use.age/up-to_other':
    'The age is {{years, number(maximumFractionDigits: 2)}} years; the model is meant for up to {{count}} years.',
  'use.age/from_one':
    'The age is {{years, number(maximumFractionDigits: 2)}} years; the model is meant for {{count}} year and older.',
  'use.age/from_other':
    'The age is {{years, number(maximumFractionDigits: 2)}} years; the model is meant for {{count}} years and older.',
  'use.photometric': 'The file states the colour model {{given}}; images of {{meant}} have no colour.',
  'image.localizer': 'This is a localizer (scout, topogram), not a diagnostic image.',
  'image.derived-object': 'This is a {{kind}}, not an image that a device acquired.',
  'image.phantom': 'The file says that this is an image of a phantom or made for quality control, not of a patient.',
  'image.too-small':
    'The image has {{columns, number}} × {{rows, number}} pixels; the shorter side must have at least {{minimum, number}}.',
  'pixels.empty': 'The image is nearly empty.',
  'pixels.saturated': 'Nearly all of the image is black, or half of it or more is white.',
  'pixels.noise': 'The image is hardly more than noise.',
  'pixels.colour': 'This is a picture in colour; images of {{meant}} have none.',
  'pixels.inverted': 'The image looks inverted: black and white are exchanged.',
  'pixels.turned': 'The image looks turned by {{degrees, number}}° clockwise.',
  'pixels.layout':
    'Light and dark lie elsewhere than in the images that the model was trained on: another kind of image, another view, or one that is cropped or covered.',
  'pixels.texture':
    'The image is blurred, noisy, or otherwise finer or coarser than those that the model was trained on.',
  'pixels.flat': 'In {{percent, number}} % of the image there is nothing to be seen: it is covered or cut.',
  'pixels.unusual': 'To the network, the image is unlike those that it was trained on.',
  'unstated.modality': 'The file does not state the modality.',
  'unstated.body-part': 'The file does not state the body part.',
  'unstated.view': 'The file does not state the view.',
  'unstated.age': 'The file does not state the patient’s age.',
  'free-text.body-part': 'The body part ({{given}}) is stated in free text alone, in {{field}}.',
  'image.secondary-capture': 'This is a secondary capture: a picture of an image, not what a device acquired.',
  'image.burned-in-annotation': 'The file says that annotations are burned into the pixels.',
  'model.no-intended-use': 'The model’s package does not say what the model is meant for.',
  'model.no-statistics':
    'The model’s package has no statistics of its training images, so nobody can tell whether this image is like them. “hifuse calibrate” adds them.',
} as const;
