import { Component } from 'projen';
import type { awscdk } from 'projen';

/**
 * Tasks that run the suites and check their types. How the suites run is in vitest.config.mts.
 */
export class Suites extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    project.addDevDeps('vitest@^5.1.0', 'vite@^8.3.0');
    this.runs(project);
    this.types(project);
    project.addTask('mutate', {
      description: 'Change the sources of a room a little at many places, and list the changes that no suite notices',
      steps: [{ spawn: 'gateway:bundle' }, { exec: 'tsx --tsconfig projenrc/tsconfig.json projenrc/mutation/main.ts', receiveArgs: true }],
    });
  }

  private runs(project: awscdk.AwsCdkConstructLibrary) {
    const { testTask } = project;
    testTask.reset();
    testTask.spawn(project.tasks.tryFind('gateway:bundle')!);
    // The suites of the gateway need not bundle again.
    testTask.exec('vitest run', { env: { HYBRIDGE_TEST_BUNDLE: 'keep' } });
    project.addTask('test:constructs', {
      description: 'Run the suites of the constructs',
      steps: [{ exec: 'vitest run --project constructs', receiveArgs: true }],
    });
    project.addTask('test:stress', {
      description: 'Run the system suites 20 times on a busy machine',
      steps: [{ exec: 'tsx --tsconfig projenrc/tsconfig.json projenrc/checks/stress.ts', receiveArgs: true }],
    });
    project.addTask('gateway:test', {
      description: 'Run the suites of the gateway and the command line',
      steps: [{ exec: 'vitest run --project gateway', receiveArgs: true }],
    });
  }

  private types(project: awscdk.AwsCdkConstructLibrary) {
    const suites = project.tryFindObjectFile('test/tsconfig.json')!;
    suites.addOverride('compilerOptions.paths', { 'cdk-hybridge': ['../src/index.ts'] });
    // `test`, `expect` and the like are globals in the suites of the constructs.
    suites.addOverride('compilerOptions.types', ['node', 'vitest/globals']);
    const task = project.addTask('check:types', { description: 'Type-check tests and examples: the test runner only strips types' });
    task.exec('tsc --noEmit -p test/tsconfig.json');
    task.exec('tsc --noEmit -p examples/tsconfig.json');
  }
}
