/** EKS Anywhere v0.23.1. */
import { after } from '../release';
import { V0_23_0 } from './v0-23-0';

export const V0_23_1 = after(V0_23_0, {
  version: 'v0.23.1',
});
