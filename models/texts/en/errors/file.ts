/** Files and folders that the reader named. */
export const file = {
  'file.not-found': 'The file or folder does not exist.',
  'file.unreadable': 'The file cannot be read (permission, device or network drive).',
  'file.too-large': 'The file is larger than the limit.',
  'file.empty': 'The file is empty.',
  'file.write-failed': 'The result could not be written.',
  'file.write-failed/settings':
    'The settings could not be saved ({{message}}). Check that the data folder of the application can be written to.',
} as const;
