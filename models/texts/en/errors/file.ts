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
  'file.too-large/run': '{{file}}: a tensor spreads over {{size}} bytes; at most {{limit}} are read.',
  'file.too-large/parameters': '{{file}} claims {{parameters}} parameters; at most {{limit}} are read.',
  'file.write-failed/folder-taken':
    '{{folder}} holds {{name}}, which belongs to no model package. Choose a new or an empty folder.',
  'file.write-failed/folder': '{{folder}} cannot be written: {{message}}.',
  'file.unreadable/shorter': '{{file}} became shorter while it was read.',
  'file.unreadable/part': '{{file}}: {{cause}}',
  'file.not-found/gone': '{{file}} does not exist. Was it moved or deleted?',
  'file.unreadable/permission': '{{file}} may not be read: its permissions forbid it.',
  'file.unreadable/cause': '{{file}} cannot be read ({{message}}). Is the drive connected?',
  'file.unreadable/no-file': '{{file}} is a folder or device, not a file.',
  'file.empty/file': '{{file}} is empty.',
  'file.too-large/header': '{{file}} has more than {{limit}} MB before its pixel data.',
  'file.too-large/deflated': '{{file}} is deflated and too large to be inflated in memory.',
  'file.too-large/inflated': '{{file}} inflates to more than the limit.',
  'file.too-large/picture': '{{file}} is larger than {{limit}} MB, the limit for a picture file.',
  'file.unreadable/changed': '{{file}} was changed while it was read.',
} as const;
