// Built-in template validation costs 1.5 s a process; test/examples.test.ts turns it on where it is the subject.
process.env.CDK_VALIDATION = 'false';
// jsii prints an 11-line banner on every start with a Node that is past its end of life.
process.env.JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION = 'true';
