/** EKS Anywhere v0.23.4. */
import { after } from '../release';
import { V0_23_3 } from './v0-23-3';

export const V0_23_4 = after(V0_23_3, {
  version: 'v0.23.4',
});
