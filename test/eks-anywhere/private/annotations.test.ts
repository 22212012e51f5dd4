import { Annotations, App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { printOutsideStacks } from '../../../src/eks-anywhere/private/annotations';

function lines(construct: Construct, environment: NodeJS.ProcessEnv = { CDK_OUTDIR: 'cdk.out' }): string[] {
  const found: string[] = [];
  printOutsideStacks(construct, environment, (line) => found.push(line));
  return found;
}

function annotated(scope: Construct): Construct {
  const construct = new Construct(scope, 'Factory');
  Annotations.of(construct).addWarningV2('cdk-hybridge:eksAnywhere.version', 'is old');
  Annotations.of(construct).addInfo('set a flag');
  return construct;
}

test('prints warnings and notes of constructs outside stacks, each once', () => {
  const construct = annotated(new App());
  expect(lines(construct)).toEqual([
    '[Warning at /Factory] is old [ack: cdk-hybridge:eksAnywhere.version]\n',
    '[Info at /Factory] set a flag\n',
  ]);
  expect(lines(construct)).toEqual([]);
});

test('leaves those in a stack to the CDK CLI', () => {
  expect(lines(annotated(new Stack(new App(), 'Stack')))).toEqual([]);
});

test('prints nothing in tests and other programs', () => {
  expect(lines(annotated(new App()), {})).toEqual([]);
});

test('does not print acknowledged warnings', () => {
  const construct = annotated(new App());
  Annotations.of(construct).acknowledgeWarning('cdk-hybridge:eksAnywhere.version');
  expect(lines(construct)).toEqual(['[Info at /Factory] set a flag\n']);
});
