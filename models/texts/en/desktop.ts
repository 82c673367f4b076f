/** What the desktop application says outside its page: menus, dialogs, title. */
export const desktop = {
  'menu/file': '&File',
  'menu/open-files': 'Open files …',
  'menu/open-folder': 'Open folder …',
  'menu/classify-all': 'Classify all',
  'menu/save-report': 'Save report …',
  'menu/view': '&View',
  'menu/help': '&Help',
  'menu/about': 'About {{name}}',

  'title-of-batch': '{{percent}} % · {{name}}',
  'batch-runs': 'A batch is still running.',
  'batch-runs-detail':
    '{{done, number}} of {{total, number}} images are done. If you quit now, the others are not classified.',
  'go-on': 'Keep it running',
  quit: 'Quit',

  'page-ends-again': 'The window stopped working several times.',
  'page-ends-again-detail':
    'What is open stays open. Load the window again, or quit. If one image causes this, close it after loading.',
  'load-again': 'Load again',

  ends: '{{name}} has to close',
  'ends-detail': 'An unexpected error occurred. Where it occurred, without any patient data, is written in {{file}}.',
} as const;
