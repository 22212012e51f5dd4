/** EKS Anywhere v0.23.6. */
import { after } from '../release';
import { V0_23_5 } from './v0-23-5';

export const V0_23_6 = after(V0_23_5, {
  version: 'v0.23.6',
  components: { 'packages controller': '0.4.9' },
});
