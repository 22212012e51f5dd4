/** Secrets that are readable in a template. */
import { referenceText } from '../iam-wildcards';
import { at, entries, isGiven, named, textOf } from './place';
import type { TemplateRule } from './template-rule';

/** Names of variables. What points to a secret has another ending, such as `_ARN` or `_FILE`. */
const SECRET_VARIABLE = /(password|passwd|secret|token|private_?key|api_?key|access_?key)$/i;
const SECRET_PARAMETER = /(password|passwd|secret|token|private[_-]?key|api[_-]?key|>)$/i;

export const SECRET_RULES: readonly TemplateRule[] = [
  {
    id: 'LAMBDA_PLAINTEXT_SECRET',
    types: ['AWS::Lambda::Function'],
    breaches: (lambda) => named(lambda, 'Environment.Variables').filter(({ name }) => SECRET_VARIABLE.test(name)),
    finding: 'Environment.Variables holds a value whose name says that it is a secret',
    reason: 'everyone who may describe the function or read the template sees it',
    fix: 'put it into Secrets Manager and give the function the ARN',
  },
  {
    id: 'ECS_PLAINTEXT_SECRET',
    types: ['AWS::ECS::TaskDefinition'],
    breaches: (task) => entries(task, 'ContainerDefinitions')
      .flatMap((container) => entries(container, 'Environment'))
      .filter((variable) => SECRET_VARIABLE.test(textOf(at(variable, 'Name')) ?? '')),
    finding: 'ContainerDefinitions have an Environment entry whose name says that it is a secret',
    reason: 'everyone who may describe the task or read the template sees it',
    fix: 'give it as one of secrets, from Secrets Manager',
  },
  {
    id: 'SSM_PLAINTEXT_SECRET',
    types: ['AWS::SSM::Parameter'],
    // A name that ends in a reference, `<…>`, may end in anything.
    breaches: (parameter) => [at(parameter, 'Name')].filter(isGiven).filter(({ value }) => SECRET_PARAMETER.test(referenceText(value))),
    finding: 'the Name of the parameter says that its value is a secret',
    reason: 'CloudFormation makes only parameters in plain text, and the template holds the value',
    fix: 'keep it in Secrets Manager, and the name of that secret in the parameter',
  },
  {
    id: 'SECRET_IN_TEMPLATE',
    types: ['AWS::SecretsManager::Secret'],
    breaches: (secret) => [at(secret, 'SecretString')].filter((text) => textOf(text) !== undefined),
    finding: 'SecretString is written into the template',
    reason: 'everyone who may read the template, the repository or cdk.out sees it',
    fix: 'let Secrets Manager generate it (generateSecretString), or fill it from outside after deployment',
  },
];
