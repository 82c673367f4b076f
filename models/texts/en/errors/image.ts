/** Images of any format. */
export const image = {
  'image.unknown-format': 'The content is of no image format that is supported.',
  'image.corrupt': 'The image is damaged or cut off.',
  'image.too-large': 'The image has more pixels than the limit.',
  'image.no-such-frame': 'The image has no frame of that number.',
  'image.changed': '{{file}} changed since it was shown. Show it again for its prediction.',
  'image.timeout': 'Decoding took longer than the limit and was ended.',
  'image.unknown-format/content': '{{file}} is no DICOM, JPEG, PNG, TIFF, BMP or WebP image, judging by its content.',
  'image.corrupt/decoder': '{{file}} made its decoder fail ({{message}}); it is probably damaged.',
  'image.corrupt/raster':
    '{{file}} is damaged or cut off and cannot be shown ({{format}}: {{message}}). Get the file again.',
  'image.too-large/pixels':
    '{{file}} has {{columns}} x {{rows}} pixels, more than the limit of {{limit}} million. Scale it down first.',
  'image.too-large/declared':
    '{{file}} declares {{frames}} frame(s) of {{columns}} x {{rows}} pixels, which is above the limit.',
  'image.too-large/compressed':
    '{{file}} has {{columns}} x {{rows}} compressed pixels, which is above the limit for decoding.',
  'image.too-large/compressed-bytes': '{{file}}: frame {{frame}} has more compressed bytes than the limit.',
  'image.too-large/memory':
    'There is not enough memory to decode {{file}}. Close other images or programs, and try again.',
  'image.no-such-frame/frames_one': '{{file}} has {{count, number}} frame; there is no frame {{frame}}.',
  'image.no-such-frame/frames_other': '{{file}} has {{count, number}} frames; there is no frame {{frame}}.',
  'image.timeout/decoding': '{{file}} took longer than {{seconds}} s to decode and was given up.',
} as const;
