// Built-in template validation costs 1.5 s a process; test/examples.test.ts turns it on where it is the subject.
process.env.CDK_VALIDATION = 'false';
// jsii prints an 11-line banner on every start with a Node that is past its end of life.
process.env.JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 'true';
// Where each of a test's constructs was made is not asked for, and what it takes to find out, through jest's source maps, is a fifth of the time.
process.env.CDK_CONTEXT_JSON = JSON.stringify({ 'aws:cdk:disable-creation-stack-traces': true, 'aws:cdk:disable-stack-trace': true });
