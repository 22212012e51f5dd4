/** What one room of the source tree may import, be it code or types. Its own files are always allowed. */
export interface Layer {
  /**
   * Folders or files, relative to the repository; a file is governed by the longest matching room. A folder does not
   * include the `private/` right below it: that has to be named.
   */
  readonly mayImport: readonly string[];
  /** Folders or files that may be imported as types only. */
  readonly mayImportTypesOf?: readonly string[];
  /** One sentence for the person whose import was refused. */
  readonly why: string;
}

const GATEWAY = 'gateway/src';
const CONTRACT = 'gateway/contract.ts';
const NOUNS = ['src/caching', 'src/eks', 'src/eks-anywhere', 'src/gateway', 'src/identity', 'src/logging', 'src/observability'];

/**
 * Who may import whom, as data: ESLint's zones and the check on the import graph both read this table.
 * `*` is one path segment; in `mayImport` it is the same segment as in the room's name.
 */
export const LAYERS: Readonly<Record<string, Layer>> = {
  'src/index.ts': {
    mayImport: NOUNS,
    why: 'the index exports the public API only, never a private/ folder',
  },
  'src/private': {
    mayImport: [],
    why: 'src/private holds leaves, which know no noun; constructs know the gateway by contract.ts and lib/bundle only',
  },
  'src/private/contract.ts': {
    mayImport: [],
    why: 'the contract is a leaf: both halves rely on it',
  },
  'src/private/topology/document.ts': {
    mayImport: [],
    why: 'the command line reads topology.json, too',
  },
  'src/eksa': {
    mayImport: ['src/private/input/nearest-name.ts'],
    why: 'knowledge about EKS Anywhere is pure: constructs run it at synth, the command line runs it on files',
  },
  'src/eksa/plan': {
    mayImport: ['src/eksa'],
    why: 'a plan orders what update/ judges; no other room knows of plans',
  },
  'src/eks-anywhere': {
    mayImport: ['src/eksa', 'src/private'],
    why: 'clusters on sites know neither gateways nor Amazon EKS',
  },
  'src/eks': {
    mayImport: ['src/private', 'src/eksa/yaml'],
    mayImportTypesOf: ['src/eks-anywhere'],
    why: 'clusters in AWS know no gateway, and of EKS Anywhere its types only',
  },
  'src/caching': {
    mayImport: ['src/private'],
    why: 'a cache knows no gateway: gateways are given it',
  },
  'src/identity': {
    mayImport: ['src/private'],
    why: 'an identity provider knows no gateway: gateways are given it',
  },
  'src/logging': {
    mayImport: ['src/private'],
    why: 'logs know no gateway: gateways are given them',
  },
  'src/gateway': {
    mayImport: [
      'src/caching', 'src/eks', 'src/eks/private/container-insights.ts', 'src/eks/private/existing-cluster.ts',
      'src/eks/private/private-ca-connector.ts', 'src/eks/private/stated-cluster.ts', 'src/eks-anywhere',
      'src/identity', 'src/identity/private/load-balancer-login.ts',
      'src/logging', 'src/private',
    ],
    why: 'gateways know every noun but observability, which watches them',
  },
  'src/gateway/private/handoff/index-document.ts': {
    mayImport: [],
    why: 'the command line reads the index of a site, too',
  },
  'src/observability': {
    mayImport: ['src/gateway', 'src/gateway/private', 'src/eks', 'src/eks/private/container-insights.ts', 'src/private'],
    why: 'observability watches gateways and clusters; no other noun knows of it',
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
  [`${GATEWAY}/plugin-services`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'services of a node that plugins share: plugins see their interfaces in the plugin kit, planes make them',
  },
  [`${GATEWAY}/tracing`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'what the plugins that trace share; it sees requests through the plugin kit',
  },
  [`${GATEWAY}/log-entries`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'what the plugins that log share; it sees requests through the plugin kit',
  },
  [`${GATEWAY}/grpc-messages`]: {
    mayImport: [`${GATEWAY}/base`],
    why: 'messages of gRPC and JSON, which several plugins translate; it sees bytes and .proto files only',
  },
  [`${GATEWAY}/session-cookie`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'sessions of browsers, which several plugins keep; they see a request as plugins do',
  },
  [`${GATEWAY}/response-cache`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'what plugins that answer from a cache have in common',
  },
  [`${GATEWAY}/rate-limits`]: {
    mayImport: [`${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'what plugins that count have in common',
  },
  [`${GATEWAY}/plugins/*`]: {
    mayImport: [
      `${GATEWAY}/log-entries`,
      `${GATEWAY}/rate-limits`,
      `${GATEWAY}/grpc-messages`,
      `${GATEWAY}/response-cache`,
      `${GATEWAY}/session-cookie`,
      `${GATEWAY}/tracing`,
      `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
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
  [`${GATEWAY}/fallback`]: {
    mayImport: [CONTRACT, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'both planes meet in it, as in sync/; it knows neither',
  },
  [`${GATEWAY}/access-log`]: {
    mayImport: [`${GATEWAY}/settings`, `${GATEWAY}/base`],
    why: 'lines about requests to both planes, which fill in what the lines say',
  },
  [`${GATEWAY}/http-engine`]: {
    mayImport: [`${GATEWAY}/base`],
    why: 'engines carry messages between bytes and the data plane; they know no route and no plugin',
  },
  [`${GATEWAY}/streams`]: {
    mayImport: [
      `${GATEWAY}/settings`, `${GATEWAY}/listener`, `${GATEWAY}/http-engine/sockets`,
      `${GATEWAY}/data-plane/balancer`, `${GATEWAY}/data-plane/dns`, `${GATEWAY}/data-plane/router/expression-predicate.ts`,
      `${GATEWAY}/data-plane/http/service-tls.ts`, `${GATEWAY}/data-plane/http/upstream-tls.ts`,
      `${GATEWAY}/data-plane/compiled-configuration.ts`,
      `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'connections without HTTP; what they share with HTTP (targets, names, certificates, plans of plugins) is the data plane\'s',
  },
  [`${GATEWAY}/listener`]: {
    mayImport: [`${GATEWAY}/settings`, `${GATEWAY}/base`],
    why: 'servers of addresses, with their certificates; what is served comes from the planes',
  },
  [`${GATEWAY}/vaults`]: {
    mayImport: [`${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'vaults know references and what a configuration says of them; who uses the secrets is another matter',
  },
  [`${GATEWAY}/status`]: {
    mayImport: [CONTRACT, `${GATEWAY}/listener`, `${GATEWAY}/settings`, `${GATEWAY}/base`],
    why: 'the status API serves both planes; each plane passes in what it shows',
  },
  [`${GATEWAY}/explain`]: {
    mayImport: [
      `${GATEWAY}/data-plane/router`, `${GATEWAY}/data-plane/plans.ts`, `${GATEWAY}/data-plane/compiled-configuration.ts`,
      `${GATEWAY}/data-plane/http/answer.ts`, `${GATEWAY}/data-plane/http/protocol-rules.ts`,
      `${GATEWAY}/data-plane/http/received-request.ts`, `${GATEWAY}/data-plane/http/request-facts.ts`,
      `${GATEWAY}/data-plane/http/routing-answers.ts`, `${GATEWAY}/data-plane/http/upstream-host.ts`,
      `${GATEWAY}/data-plane/http/upstream-target.ts`,
      `${GATEWAY}/http-engine/http1`, `${GATEWAY}/http-engine/messages.ts`,
      `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/declarative`, `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'an explanation comes from what decides on the data plane; it runs no plugin and opens no socket',
  },
  [`${GATEWAY}/lint`]: {
    mayImport: [
      `${GATEWAY}/explain`, `${GATEWAY}/data-plane/router`, `${GATEWAY}/data-plane/compiled-configuration.ts`,
      `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/declarative`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'rules look at a file as its data planes would run it; they ask no node',
  },
  [`${GATEWAY}/control-plane`]: {
    mayImport: [
      CONTRACT, `${GATEWAY}/explain`, `${GATEWAY}/fallback`, `${GATEWAY}/settings`, `${GATEWAY}/store`, `${GATEWAY}/sync`,
      `${GATEWAY}/status`,
      `${GATEWAY}/listener`, `${GATEWAY}/access-log`, `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/declarative`,
      `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'the control plane carries no plugin handlers and never imports the data plane; they meet in model/, sync/ and status/',
  },
  [`${GATEWAY}/data-plane`]: {
    mayImport: [
      CONTRACT, `${GATEWAY}/settings`, `${GATEWAY}/sync`, `${GATEWAY}/fallback`, `${GATEWAY}/status`, `${GATEWAY}/listener`,
      `${GATEWAY}/http-engine`, `${GATEWAY}/streams`,
      `${GATEWAY}/vaults`,
      `${GATEWAY}/access-log`,
      `${GATEWAY}/plugins/handlers.ts`,
      `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/plugin-services`, `${GATEWAY}/response-cache`,
      `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'the data plane has no store and never imports the control plane; they meet in model/, sync/ and status/',
  },
  [`${GATEWAY}/workers`]: {
    mayImport: [
      CONTRACT, `${GATEWAY}/data-plane`, `${GATEWAY}/settings`, `${GATEWAY}/access-log`, `${GATEWAY}/sync`, `${GATEWAY}/vaults`,
      `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/plugin-services`, `${GATEWAY}/plugin-kit`, `${GATEWAY}/model`,
      `${GATEWAY}/base`,
    ],
    why: 'workers are data planes in processes of their own; a data plane does not know whether it has any',
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
    why: 'main wires everything, and no file imports it',
  },
  'gateway/bench': {
    mayImport: ['gateway/test/setup'],
    why: 'measurements speak HTTP to the bundled gateway, as any client does',
  },
  'gateway/bench/scenarios/validation.ts': {
    mayImport: ['gateway/bench', `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/model`],
    why: 'validation has no address of its own',
  },
  'gateway/bench/scenarios/configuration.ts': {
    mayImport: [
      'gateway/bench', 'gateway/test/fixtures', `${GATEWAY}/base`, `${GATEWAY}/model`, `${GATEWAY}/data-plane`, `${GATEWAY}/plugins`,
      `${GATEWAY}/vaults`,
    ],
    why: 'how long a configuration holds the event loop cannot be seen from outside',
  },
  'gateway/bench/scenarios/stores.ts': {
    mayImport: ['gateway/bench', 'gateway/test/setup', `${GATEWAY}/base`, `${GATEWAY}/store`, `${GATEWAY}/plugins/schemas.ts`],
    why: 'a store without the Admin API has no address of its own',
  },
  'gateway/bench/scenarios/routing.ts': {
    mayImport: ['gateway/bench', `${GATEWAY}/data-plane/router`, `${GATEWAY}/model`],
    why: 'a lookup without the cache has no address of its own',
  },
  'cli': {
    mayImport: [
      'src/private/contract.ts', 'src/eksa', 'src/gateway/private/handoff/index-document.ts', 'src/private/topology/document.ts',
      CONTRACT, `${GATEWAY}/admin-client`, `${GATEWAY}/explain`, `${GATEWAY}/lint`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'the command line starts the gateway as it is bundled; it imports pure rooms, the model, base and the admin client',
  },
  'cli/judgement': {
    mayImport: ['cli/terminal', `${GATEWAY}/explain`, `${GATEWAY}/lint`],
    why: 'texts for people about what the gateway says of requests and files',
  },
  'cli/declarative': {
    mayImport: [
      'cli/command.ts', 'cli/terminal', 'src/eksa/syntax/encoding.ts',
      `${GATEWAY}/admin-client`, `${GATEWAY}/declarative`, `${GATEWAY}/plugins/schemas.ts`, `${GATEWAY}/model`, `${GATEWAY}/base`,
    ],
    why: 'state files are read as gateways read them, and written through the Admin API',
  },
  'cli/openapi': {
    mayImport: ['cli/command.ts', `${GATEWAY}/declarative`, `${GATEWAY}/model`, `${GATEWAY}/base`],
    why: 'OpenAPI documents become state files; no control plane is involved',
  },
};

/** Files that must not be reachable from an artefact, whatever the path of imports. */
export const UNREACHABLE: readonly { readonly artefact: RegExp; readonly file: RegExp; readonly why: string }[] = [
  {
    artefact: /^gateway\/src\/main\/control-plane\.ts$/,
    // What decides about requests is there to explain them.
    file: new RegExp(
      '^gateway/src/(plugins/[^/]+/handler\\.ts|plugins/handlers\\.ts|data-plane/'
      + '(?!router/|plans\\.ts|compiled-configuration\\.ts'
      + '|http/(answer|grpc-answers|protocol-rules|request-facts|routing-answers|status-page|upstream-host|upstream-target)\\.ts))'),
    why: 'the control plane never runs plugins',
  },
  {
    artefact: /^gateway\/src\/main\/(data-plane|worker)\.ts$/,
    file: /^gateway\/src\/(control-plane|store)\//,
    why: 'a data plane holds no database',
  },
];
