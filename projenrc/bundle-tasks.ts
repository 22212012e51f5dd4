import { Component } from 'projen';
import type { awscdk } from 'projen';

/**
 * Tasks that build `lib/bundle/`: the image's context, the Lambda functions and the command line.
 * The work is done by projenrc/bundle.ts; jsii never sees those sources.
 */
export class Bundle extends Component {
  constructor(project: awscdk.AwsCdkConstructLibrary) {
    super(project);
    const bundle = project.addTask('gateway:bundle', {
      description: 'Bundle gateway/ and cli/ into lib/bundle/ and check the layers on what the bundler saw',
      exec: 'tsx projenrc/bundle.ts',
    });
    project.preCompileTask.spawn(bundle);
  }
}
