/** What one room of the source tree may import. Its own files are always allowed. */
export interface Layer {
  /** Folders or files, relative to the repository; a file is governed by the longest matching room. */
  readonly mayImport: readonly string[];
  /** One sentence for the person whose import was refused. */
  readonly why: string;
}

const GATEWAY = 'gateway/src';
const CONTRACT = 'gateway/contract.ts';

/**
 * Who may import whom, as data: ESLint's zones and the check on the bundler's import graph both read this table.
 * `*` stands for one path segment; in `mayImport` it stands for the same segment as in the room's name.
 */
export const LAYERS: Readonly<Record<string, Layer>> = {
  'src': {
    mayImport: [],
    why: 'constructs know the gateway by src/private/contract.ts and by the built files in lib/bundle only',
  },
  'src/private': {
    mayImport: ['src'],
    why: 'constructs know the gateway by src/private/contract.ts and by the built files in lib/bundle only',
  },
  'src/private/contract.ts': {
    mayImport: [],
    why: 'the contract is a leaf: both halves rely on it',
  },
  'src/private/eks-anywhere': {
    mayImport: [],
    why: 'knowledge about EKS Anywhere is pure: constructs run it at synth, the command line runs it on files',
  },
  'src/private/topology': {
    mayImport: [],
    why: 'what topology.json holds is read by the command line as well',
  },
  'src/private/handoff/index-document.ts': {
    mayImport: [],
    why: 'what a site\'s index holds is read by the command line as well',
  },
  [CONTRACT]: {
    mayImport: ['src/private/contract.ts'],
    why: 'the only file that looks out of gateway/, and it sees only the contract',
  },
  [`${GATEWAY}/base`]: {
    mayImport: [],
    why: 'base is leaf code: it imports Node only',
  },
  [`${GATEWAY}/settings`]: {
    mayImport: [CONTRACT, `${GATEWAY}/base`],
    why: 'settings know the contract and base',
  },
  [`${GATEWAY}/model`]: {
    mayImport: [`${GATEWAY}/base`],
    why: 'the model knows neither stores, nor sockets, nor planes',
  },
  [`${GATEWAY}/plugin-kit`]: {
    mayImport: [`${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'the plugin kit is what plugins may touch; it knows no plane',
  },
  [`${GATEWAY}/plugins/*`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'a plugin touches a request through the plugin kit only, and never another plugin',
  },
  [`${GATEWAY}/plugins/schemas.ts`]: {
    mayImport: [`${GATEWAY}/plugins`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'the list for the control plane: schemas and entities only',
  },
  [`${GATEWAY}/plugins/handlers.ts`]: {
    mayImport: [`${GATEWAY}/plugins`, `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'the list for the data plane',
  },
  [`${GATEWAY}/store`]: {
    mayImport: [`${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'a store knows rows, not protocols',
  },
  [`${GATEWAY}/sync`]: {
    mayImport: [CONTRACT, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'the tunnel carries configurations; it knows no plane and no store',
  },
  [`${GATEWAY}/status`]: {
    mayImport: [CONTRACT, `${GATEWAY}/settings`, `${GATEWAY}/base`],
    why: 'the status API serves both planes; each plane passes in what it shows',
  },
  [`${GATEWAY}/control-plane`]: {
    mayImport: [
      CONTRACT, `${GATEWAY}/settings`, `${GATEWAY}/store`, `${GATEWAY}/sync`, `${GATEWAY}/status`, `${GATEWAY}/plugins/schemas.ts`,
      `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'the control plane carries no plugin handlers and never imports the data plane; they meet in model/, sync/ and status/',
  },
  [`${GATEWAY}/data-plane`]: {
    mayImport: [
      CONTRACT, `${GATEWAY}/settings`, `${GATEWAY}/sync`, `${GATEWAY}/status`, `${GATEWAY}/plugins/handlers.ts`, `${GATEWAY}/plugins/schemas.ts`,
      `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'the data plane has no store and never imports the control plane; they meet in model/, sync/ and status/',
  },
  [`${GATEWAY}/admin-client`]: {
    mayImport: [`${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'the client speaks HTTP; it knows the types of the model only',
  },
  [`${GATEWAY}/declarative`]: {
    mayImport: [`${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'declarative files are read and checked by themselves; who applies them is another matter',
  },
  [`${GATEWAY}/lambda`]: {
    mayImport: [CONTRACT, `${GATEWAY}/base`],
    why: 'what Lambda functions do knows no plane',
  },
  [`${GATEWAY}/process`]: {
    mayImport: [CONTRACT, `${GATEWAY}/settings`, `${GATEWAY}/base`],
    why: 'what every node does with its process (settings, signals, exit codes); it knows no plane',
  },
  [`${GATEWAY}/main`]: {
    mayImport: [CONTRACT, GATEWAY],
    why: 'main wires everything and is imported by nobody',
  },
  'cli': {
    mayImport: [
      'src/private/contract.ts', 'src/private/eks-anywhere', 'src/private/handoff/index-document.ts', 'src/private/topology',
      CONTRACT, `${GATEWAY}/admin-client`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'the command line starts the gateway as it is bundled; it imports pure rooms, the model, base and the admin client',
  },
};

/** Files that must not be reachable from an artefact, whatever the path of imports. */
export const UNREACHABLE: readonly { readonly artefact: RegExp; readonly file: RegExp; readonly why: string }[] = [
  {
    artefact: /^gateway\/src\/main\/control-plane\.ts$/,
    file: /^gateway\/src\/(plugins\/[^/]+\/handler\.ts|plugins\/handlers\.ts|data-plane\/)/,
    why: 'the control plane never runs plugins',
  },
  {
    artefact: /^gateway\/src\/main\/data-plane\.ts$/,
    file: /^gateway\/src\/(control-plane|store)\//,
    why: 'a data plane holds no database',
  },
];
