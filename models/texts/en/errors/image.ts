/** Images of any format. */
export const image = {
  'image.unknown-format': 'The content is of no image format that is supported.',
  'image.corrupt': 'The image is damaged or cut off.',
  'image.too-large': 'The image has more pixels than the limit.',
  'image.no-such-frame': 'The image has no frame of that number.',
  'image.changed': '{{file}} changed since it was shown. Show it again for its prediction.',
  'image.timeout': 'Decoding took longer than the limit and was ended.',
} as const;
