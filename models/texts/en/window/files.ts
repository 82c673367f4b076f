/** What stands for the names of files and series where names are hidden, and what is said of files that change. */
export const files = {
  'file.this': 'this file',
  'file.image': 'the image',
  'file.number': 'Image {{number, number}}',
  'file.reread': 'The file changed after it was shown. It was read again.',
  'file.outdated-header': 'The file changed after it was opened. Close it and open it again to see its header.',
} as const;
