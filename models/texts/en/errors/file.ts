/** Files and folders that the reader named. */
export const file = {
  'file.not-found': 'The file or folder does not exist.',
  'file.not-found/closed': '{{file}} was closed meanwhile.',
  'file.unreadable': 'The file cannot be read (permission, device or network drive).',
  'file.unreadable/named': '{{file}} cannot be read. Check the path.',
  'file.too-large': 'The file is larger than the limit.',
  'file.empty': 'The file is empty.',
  'file.write-failed': 'The result could not be written.',
  'file.write-failed/output': 'The results cannot be written to standard output ({{problem}}).',
  'file.write-failed/file':
    '{{file}} cannot be written ({{problem}}). Check that the folder is there, can be written to, and is not full.',
  'file.write-failed/settings':
    'The settings could not be saved ({{message}}). Check that the data folder of the application can be written to.',
} as const;
