/** docs/pictures/concepts.svg: the words of docs/concepts.md in one picture. Laid out by hand; colours are those of the topologies. */

const BLUE = '#2f5f9e';
const GREEN = '#2e7040';
const PURPLE = '#7a3e9d';
const GREY = '#57606a';
const INK = '#1b1f24';
const LINE_HEIGHT = 17;

interface Box {
  readonly at: readonly [x: number, y: number];
  readonly size: readonly [width: number, height: number];
  readonly title: string;
  readonly lines?: readonly string[];
  readonly edge: string;
  readonly fill?: string;
}

const BOXES: readonly Box[] = [
  { at: [20, 50], size: [560, 420], title: 'AWS', edge: '#8c959f', fill: '#f6f8fa' },
  { at: [650, 50], size: [270, 420], title: 'site', edge: '#9a6a10', fill: '#fdf6e9' },
  {
    at: [40, 85],
    size: [290, 130],
    title: 'gateway control plane',
    lines: ['target: EksTarget', 'engine: packaged() or kongHelm()', 'Admin API, database', 'sends each revision to all planes'],
    edge: BLUE,
  },
  {
    at: [40, 310],
    size: [290, 140],
    title: 'gateway data plane',
    lines: ['target: EksTarget, EcsTarget,', 'AutoScalingGroupTarget', 'exposure: load balancer', 'no database; keeps a copy on disk'],
    edge: GREEN,
  },
  { at: [380, 85], size: [180, 92], title: 'trust', lines: ['certificates of', 'both ends of the', 'tunnels'], edge: PURPLE },
  {
    at: [380, 310],
    size: [180, 140],
    title: 'handoff',
    lines: ['values, manifests', 'and secrets, in a', 'bucket and Secrets', 'Manager'],
    edge: GREY,
  },
  {
    at: [670, 85],
    size: [230, 140],
    title: 'gateway data plane',
    lines: ['target: EksAnywhereTarget', 'or DockerTarget', 'exposure: metalLb, kubeVip', 'or nodePort'],
    edge: GREEN,
  },
  {
    at: [670, 310],
    size: [230, 140],
    title: 'who pulls',
    lines: ['hybridge handoff pull,', 'Flux, or the External', 'Secrets Operator'],
    edge: GREY,
  },
];

interface Arrow {
  readonly path: string;
  readonly label: readonly [x: number, y: number, text: string];
  readonly colour: string;
}

const ARROWS: readonly Arrow[] = [
  { path: 'M185 310L185 215', label: [193, 267, 'tunnel: 8005, 8006, mutual TLS'], colour: GREEN },
  { path: 'M670 205L330 205', label: [400, 199, 'tunnel, opened by the site'], colour: GREEN },
  { path: 'M670 380L560 380', label: [583, 372, 'pulls'], colour: GREY },
  { path: 'M785 310L785 225', label: [793, 272, 'applies'], colour: GREY },
  { path: 'M185 500L185 450', label: [193, 493, 'requests of consumers'], colour: INK },
  { path: 'M920 500L940 500L940 155L900 155', label: [760, 505, 'requests of consumers'], colour: INK },
];

export function conceptsPicture(): string {
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" width="960" height="530" viewBox="0 0 960 530" role="img" ' +
      'aria-labelledby="title description"' +
      ' font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="12">',
    '<title id="title">Planes, target, engine, exposure, trust, handoff, site</title>',
    '<desc id="description">A gateway control plane in AWS with a database and an Admin API; a data plane in AWS and ' +
      'one on a site open tunnels to it.' +
      ' The site pulls values and secrets from the handoff in AWS. Trust gives both ends of the tunnels their certificates.</desc>',
    ...[...new Set(ARROWS.map(({ colour }) => colour))].map(
      (colour) =>
        `<defs><marker id="arrow-${colour.slice(1)}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" `
        + `markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" fill="${colour}"/></marker></defs>`,
    ),
    '<rect width="960" height="530" fill="#ffffff"/>',
    `<text x="20" y="32" font-size="18" font-weight="bold" fill="${INK}">One program, several places</text>`,
    ...BOXES.flatMap(drawBox),
    ...ARROWS.flatMap(drawArrow),
    '</svg>',
    '',
  ].join('\n');
}

function drawBox({ at: [x, y], size: [width, height], title, lines = [], edge, fill = '#ffffff' }: Box): string[] {
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7" fill="${fill}" stroke="${edge}" stroke-width="1.4"/>`,
    `<text x="${x + 12}" y="${y + 20}" font-weight="bold" fill="${edge}">${title}</text>`,
    ...lines.map((line, at) => `<text x="${x + 12}" y="${y + 42 + at * LINE_HEIGHT}" fill="${INK}">${line}</text>`),
  ];
}

function drawArrow({ path, label: [x, y, text], colour }: Arrow): string[] {
  return [
    `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.8" marker-end="url(#arrow-${colour.slice(1)})"/>`,
    `<text x="${x}" y="${y}" fill="${colour}">${text}</text>`,
  ];
}
