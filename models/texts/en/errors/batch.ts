/** Runs over whole folders and their stores. */
export const batch = {
  'batch.locked': '{{folder}} is in use by another run. Wait until it has ended, or choose another folder.',
  'batch.other-run':
    'The run in {{folder}} was started with another {{what}}. Repeat the same command to go on with it, or choose another folder.',
  'batch.damaged':
    'The run in {{folder}} is damaged ({{message}}) and cannot go on. Choose another folder, or remove this one to start again.',
  'batch.newer': 'The run in {{folder}} was made by a newer version of the program. Use that version.',
  'batch.no-run': '{{folder}} holds no run. Name a folder that hifuse batch wrote to.',
  'batch.shards-differ': '{{folder}} and {{other}} are no shards of one run: they differ in {{what}}.',
} as const;
