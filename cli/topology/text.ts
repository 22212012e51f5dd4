/** The picture as text, for terminals. */
import { renderTable } from '../terminal/table.ts';
import type { Box, Scene } from './scene.ts';

export function drawText(scene: Scene): string {
  const roots = scene.boxes.filter(({ parent }) => parent === undefined);
  return [
    scene.title,
    '',
    ...roots.flatMap((box) => [...describeBox(scene, box, ''), '']),
    ...(scene.ports.length > 0 ? [`tunnels: ${scene.ports.join(', ')}; mutual TLS; opened by the data planes`, ''] : []),
    ...(scene.secrets.length > 0
      ? [
        renderTable({
          headings: ['secret', 'lives in', 'read by'],
          rows: scene.secrets.map(({ name, home, readers }) => [name, home, readers.join(', ') || 'no plane']),
        }),
      ]
      : []),
  ].join('\n');
}

function describeBox(scene: Scene, box: Box, indent: string): string[] {
  const cards = scene.cards.filter(({ parent }) => parent === box.id);
  const inner = scene.boxes.filter(({ parent }) => parent === box.id);
  return [
    `${indent}${box.title}`,
    ...inner.flatMap((each) => describeBox(scene, each, `${indent}  `)),
    ...cards.flatMap(({ title, lines }) => [`${indent}  [${title}]`, ...lines.map((line) => `${indent}    ${line}`)]),
  ];
}
