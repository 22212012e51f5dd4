/** `every-kind.ts` as a program. */
import { App } from 'aws-cdk-lib';
import { defineEveryKind } from './every-kind';

const app = new App();
defineEveryKind(app);
app.synth();
