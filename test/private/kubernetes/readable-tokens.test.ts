import { Fn, Stack } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import { withReadableTokens } from '../../../src/private/kubernetes/readable-tokens';

const stack = new Stack();
const topic = new sns.CfnTopic(stack, 'Topic');

it.each([
  ['a reference', stack.region, '${AWS::Region}'],
  ['an attribute inside of text', `name=${topic.attrTopicName};`, 'name=${Topic.TopicName};'],
  ['a substitution', Fn.sub('x-${AWS::AccountId}'), 'x-${AWS::AccountId}'],
  ['a part of a list', Fn.select(1, Fn.split('/', topic.ref)), "${split(${Topic}, '/')[1]}"],
  ['an import', Fn.importValue('Other:Host'), '${import Other:Host}'],
  ['literal text', 'as it is', 'as it is'],
])('writes %s for people', (_, value, expected) => {
  expect(withReadableTokens(stack, { nested: [value] })).toEqual({ nested: [expected] });
});
