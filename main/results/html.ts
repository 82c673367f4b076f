/** Pieces of pages that stand alone: no script, nothing from elsewhere. */

export const escapeHtml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Cells are HTML. */
export function htmlTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[], tag: 'th' | 'td') =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  const body = rows.map((cells) => line(cells, 'td')).join('\n');
  return `<table>\n<thead>${line(head, 'th')}</thead>\n<tbody>\n${body}\n</tbody>\n</table>`;
}

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b1f24 }
table { border-collapse: collapse; margin: 0.5rem 0 1.5rem }
th, td { border: 1px solid #c8ccd1; padding: 0.25rem 0.6rem; text-align: right; font-variant-numeric: tabular-nums }
th:first-child, td:first-child { text-align: left }
thead th { background: #eef1f4 }
small { color: #57606a }
`;

/** @param body HTML @param style CSS beside that of all pages */
export const htmlPage = (title: string, body: string, style = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
