/** The application itself: what was asked of it, and its connection to the window. */
export const application = {
  'connection.lost': 'The window lost its connection to the application.',
  'connection.lost/broken': 'The connection to the application was lost. Try again.',
  'connection.lost/closed': 'The application was closed. Start it again, and open the address that it then shows.',
  'request.invalid': 'The request is not valid.',
  'request.invalid/foreign-page': 'This page may not ask.',
  'request.cancelled': 'Cancelled.',
  internal: 'Something unexpected went wrong.',
  'internal/no-answer': 'The inference process gave no answer. Try again.',
  'internal/foreign': 'Something unexpected went wrong: {{message}}',
} as const;
