/** EKS Anywhere v0.25.1. */
import { after } from '../release';
import { V0_25_0 } from './v0-25-0';

export const V0_25_1 = after(V0_25_0, {
  version: 'v0.25.1',
});
