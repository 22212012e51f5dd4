/** EKS Anywhere v0.23.7. */
import { after } from '../release';
import { V0_23_6 } from './v0-23-6';

export const V0_23_7 = after(V0_23_6, {
  version: 'v0.23.7',
});
