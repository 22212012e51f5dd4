import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { sceneOf } from '../../../src/eksa/picture/scene';
import { drawSvg } from '../../../src/eksa/picture/svg';

const ROOT = join(__dirname, '../../..');
const SAMPLE = join(ROOT, 'cli/eksa/samples');
const PICTURE = join(ROOT, 'docs/pictures/bare-metal-cluster.svg');

test('the picture in docs/eks-anywhere.md is the one that is drawn today (UPDATE_PAGES=1 npx vitest run docs-picture)', () => {
  const machines = readFileSync(join(SAMPLE, 'bare-metal.csv'), 'utf8').trim().split('\n');
  // Spare machines, as the page has them: copies of the two of the sample.
  const [controlPlane, worker] = machines.slice(1);
  const spares = [
    controlPlane.replace('node-01', 'node-03').replace('10.20.0.21', '10.20.0.23'),
    worker.replace('node-02', 'node-04').replace('10.20.0.22', '10.20.0.24'),
  ];
  const hardware = [...machines, ...spares, ''].join('\n');
  const drawn = drawSvg(sceneOf(readFileSync(join(SAMPLE, 'bare-metal.yaml'), 'utf8'), hardware)!);
  if (process.env.UPDATE_PAGES) {
    mkdirSync(dirname(PICTURE), { recursive: true });
    writeFileSync(PICTURE, drawn);
  }
  expect(readFileSync(PICTURE, 'utf8')).toBe(drawn);
});
