import { CfnParameter, SecretValue, Stack } from 'aws-cdk-lib';
import * as cognito from 'aws-cdk-lib/aws-cognito';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { refuseSecret } from '../../../src/private/secrets/secret-text';

const stack = new Stack();
const secret = new secretsmanager.Secret(stack, 'Secret');
const pool = new cognito.UserPool(stack, 'Pool');
const client = pool.addClient('Client', { generateSecret: true });
const parameter = new CfnParameter(stack, 'Hidden', { noEcho: true });

it.each([
  ['a value of Secrets Manager', SecretValue.secretsManager('proxy').unsafeUnwrap()],
  ['a field of a secret of this app', secret.secretValueFromJson('password').unsafeUnwrap()],
  ['a secure parameter', SecretValue.ssmSecure('/proxy').unsafeUnwrap()],
  ['plain text that says it is secret', SecretValue.unsafePlainText('x').toString()],
  ['a client secret', (client.node.defaultChild as cognito.CfnUserPoolClient).attrClientSecret],
  ['a parameter that is not shown', parameter.valueAsString],
  ['a dynamic reference written by hand', '{{resolve:secretsmanager:proxy:SecretString:password}}'],
  ['a secret inside of other text', `https://user:${secret.secretValueFromJson('password').unsafeUnwrap()}@proxy.example`],
])('refuses %s', (_, text) => {
  expect(() => refuseSecret('settings["KONG_X"]', text)).toThrow('settings["KONG_X"]: got a secret, expected public text');
});

it.each([
  ['literal text', 'debug'],
  ['the ARN of a secret', secret.secretArn],
  ['the id of a client', client.userPoolClientId],
  ['a region', stack.region],
])('passes %s', (_, text) => {
  expect(() => refuseSecret('settings["KONG_X"]', text)).not.toThrow();
});
