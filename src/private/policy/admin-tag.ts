/** Marks load balancers in front of an Admin API: the policy refuses one with public addresses. */
export const ADMIN_TAG = 'hybridge:admin-api';
