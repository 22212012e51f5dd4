/** RFC 1918 and RFC 6598: where load balancers' health checks, monitoring and consumers inside a company come from. */
export const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'];
