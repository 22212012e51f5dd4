/** EKS Anywhere v0.25.2. */
import { after } from '../release';
import { V0_25_1 } from './v0-25-1';

export const V0_25_2 = after(V0_25_1, {
  version: 'v0.25.2',
});
