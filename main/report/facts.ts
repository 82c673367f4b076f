import { Columns, type Flow, type Node } from './sheet.ts';
import { STYLES } from './paper.ts';
import { Typesetter, type Style } from './typesetter.ts';

/** A label and its value, for people. */
export type Fact = readonly [label: string, value: string];

/** Facts below each other, in a part of the page's width. */
export interface FactColumn {
  facts: readonly Fact[];
  x: number;
  width: number;
  labelWidth: number;
}

interface Line {
  label: { text: string; node: Node } | null;
  text: string;
  body: Node;
}

/** Labels and values in columns beside each other, over as many lines and pages as they need. */
export function drawFacts(flow: Flow, columns: readonly FactColumn[], style: Style = STYLES.body): void {
  const lineHeight = Typesetter.lineHeight(style) + 0.4;
  const labelStyle = { ...STYLES.label, size: style.size - 0.3 };
  const laidOut = columns.map(({ facts, x, width, labelWidth }) => {
    const list = facts.length > 0 ? flow.node('L') : null;
    const lines = facts.flatMap(([label, value]): Line[] => {
      const item = flow.node('LI', list);
      const labelNode = flow.node('Lbl', item);
      const body = flow.node('LBody', item);
      const labels = flow.type.wrap(label, labelWidth - 6, labelStyle);
      const values = flow.type.wrap(value, width - labelWidth, style);
      return Array.from({ length: Math.max(labels.length, values.length) }, (_, i) => ({
        label: labels[i] === undefined ? null : { text: labels[i], node: labelNode },
        text: values[i] ?? '',
        body,
      }));
    });
    return { x, labelWidth, lines };
  });
  const count = Math.max(0, ...laidOut.map(({ lines }) => lines.length));
  const beside = new Columns(flow, laidOut.length);
  for (let i = 0; i < count; i++) {
    const y = beside.take(lineHeight);
    for (const [column, { x, labelWidth, lines }] of laidOut.entries()) {
      const line = lines[i];
      if (!line) continue;
      const { label, text, body } = line;
      if (label) {
        beside.mark(column, label.node, () => {
          flow.type.line(label.text, x, y + 0.3, labelStyle);
        });
      }
      if (text === '') continue;
      beside.mark(column, body, () => {
        flow.type.line(text, x + labelWidth, y, style);
      });
    }
  }
  beside.end();
}
