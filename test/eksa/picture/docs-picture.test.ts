import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { dirname, join } from 'path';
import { sceneOf } from '../../../src/eksa/picture/scene';
import { drawSvg } from '../../../src/eksa/picture/svg';

const ROOT = join(__dirname, '../../..');
const SAMPLE = join(ROOT, 'cli/eksa/samples');
const PICTURE = join(ROOT, 'docs/pictures/bare-metal-cluster.svg');

test('the picture in docs/eks-anywhere.md is the one that is drawn today (UPDATE_PAGES=1 npx vitest run docs-picture)', () => {
  const drawn = drawSvg(
    sceneOf(readFileSync(join(SAMPLE, 'bare-metal.yaml'), 'utf8'), readFileSync(join(SAMPLE, 'bare-metal.csv'), 'utf8'))!,
  );
  if (process.env.UPDATE_PAGES) {
    mkdirSync(dirname(PICTURE), { recursive: true });
    writeFileSync(PICTURE, drawn);
  }
  expect(readFileSync(PICTURE, 'utf8')).toBe(drawn);
});
