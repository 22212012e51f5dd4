import { Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { parse, parseAllDocuments } from 'yaml';
import { yamlWithTokens } from '../../../src/private/kubernetes/token-yaml';

const stack = new Stack();
const topic = new sns.CfnTopic(stack, 'Topic');

/** As CloudFormation does it. */
function deployed(text: string, value: string): string {
  return stack.resolve(text)['Fn::Join'][1].map((part: unknown) => typeof part === 'string' ? part : value).join('');
}

it.each(['12345', 'true', 'host.example:8005', 'a # b', '1.35', 'null'])('keeps a value text that is %s in the end', (value) => {
  expect(parse(deployed(yamlWithTokens([{ name: 'x', value: topic.attrTopicName }]), value))).toEqual({ name: 'x', value });
});

it('separates documents, and does not fold long lines', () => {
  const text = deployed(yamlWithTokens([{ a: `${'word '.repeat(40)}${topic.attrTopicName}` }, { b: 1 }]), 'x');
  expect(parseAllDocuments(text).map((document) => document.toJS())).toEqual([{ a: `${'word '.repeat(40)}x` }, { b: 1 }]);
  expect(text.split('\n')).toHaveLength(4);
});
