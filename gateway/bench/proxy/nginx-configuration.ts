/** Configurations of nginx: as the upstream, and as the proxy that the others are compared with. */

/** What nginx does with a request beside passing it on. */
export type NginxWork = 'none'
  /** Writes a line of JSON, with what ours has by default. */
  | 'line'
  /** The same, for clients with a key that is known, each within a rate. */
  | 'policies and line'
  /** The same, and the line has the members and the length of the entry that `file-log` writes. */
  | 'policies and entry';

const LINE = `'{"time":"$time_iso8601","request_id":"$request_id","client_ip":"$remote_addr",'
  '"method":"$request_method","scheme":"$scheme","host":"$host","path":"$uri","http_version":"$server_protocol","status":$status,'
  '"request_bytes":$request_length,"response_bytes":$bytes_sent,"duration":"$request_time","upstream":"$upstream_addr",'
  '"upstream_status":"$upstream_status","upstream_time":"$upstream_response_time","user_agent":"$http_user_agent"}'`;

const ID = '00000000-0000-4000-8000-000000000001';

/** What nginx does not know of a request, such as its route, is the same in each line. */
const ENTITIES = JSON.stringify({
  route: {
    id: ID, created_at: 1, updated_at: 1, name: 'r0', protocols: ['http', 'https'], https_redirect_status_code: 426, strip_path: true,
    preserve_host: false, request_buffering: true, response_buffering: true, service: { id: ID }, paths: ['/'], regex_priority: 0,
    path_handling: 'v0', ws_id: ID,
  },
  service: {
    id: ID, created_at: 1, updated_at: 1, name: 'up', retries: 5, protocol: 'http', host: '127.0.0.1', port: 80, connect_timeout: 60000,
    write_timeout: 60000, read_timeout: 60000, enabled: true, ws_id: ID,
  },
  consumer: { id: ID, created_at: 1, updated_at: 1, username: 'bench' },
  authenticated_entity: { id: ID },
}).slice(1, -1);

const ENTRY = `'{"request":{"id":"$request_id","method":"$request_method","uri":"$request_uri","url":"$scheme://$http_host$request_uri",'
  '"size":$request_length,"querystring":{},"headers":{"host":"$http_host","apikey":"$http_apikey","x-consumer-id":"$consumer",'
  '"x-consumer-username":"$consumer","x-credential-identifier":"$consumer"}},"response":{"status":$status,"size":$bytes_sent,"headers":{'
  '"content-type":"$sent_http_content_type","server":"$upstream_http_server","date":"$upstream_http_date","via":"$sent_http_via",'
  '"x-kong-upstream-latency":"$upstream_header_time","x-kong-proxy-latency":"$request_time","x-kong-request-id":"$request_id",'
  '"x-ratelimit-limit-hour":"1000000000","x-ratelimit-remaining-hour":"$connection_requests","ratelimit-limit":"1000000000",'
  '"ratelimit-remaining":"$connection_requests","ratelimit-reset":"$connection","content-length":"$sent_http_content_length",'
  '"connection":"close"}},"latencies":{"kong":$request_time,"proxy":$upstream_header_time,"request":$request_time,"receive":0},'
  '"tries":[{"balancer_start":$msec,"balancer_start_ns":$msec,"balancer_latency":0,"balancer_latency_ns":0,"ip":"$upstream_addr"}],'
  '${ENTITIES},"client_ip":"$remote_addr","started_at":$msec,"source":"upstream","upstream_uri":"$uri",'
  '"upstream_status":"$upstream_status","workspace":"${ID}","workspace_name":"default"}'`;

export function nginxConfiguration(folder: string, server: string, log = 'off'): string {
  return `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 2048; }
http {
  keepalive_requests 1000000;
  client_body_temp_path ${folder}; proxy_temp_path ${folder}; client_body_buffer_size 128k; client_max_body_size 1m;
  fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
  ${server}
  access_log ${log};
}
`;
}

interface NginxProxy {
  readonly folder: string;
  /** What `listen` says. */
  readonly listen: string;
  /** Directives about certificates. */
  readonly secure: string;
  /** Port of the upstream. */
  readonly target: number;
  readonly key: string;
  readonly work: NginxWork;
}

export function nginxProxy({ folder, listen, secure, target, key, work }: NginxProxy): string {
  const hasPolicies = work === 'policies and line' || work === 'policies and entry';
  return nginxConfiguration(folder, `
    log_format line escape=json ${LINE};
    ${hasPolicies ? `
    map $http_apikey $consumer { default ""; "${key}" "${ID}"; }
    limit_req_zone $consumer zone=consumers:1m rate=1000000r/s;
    log_format entry escape=json ${ENTRY};` : ''}
    upstream up { server 127.0.0.1:${target}; keepalive 512; keepalive_requests 1000000; }
    server {
      listen ${listen};
      ${secure}
      location / {
        ${hasPolicies ? `
        if ($consumer = "") { return 401; }
        limit_req zone=consumers burst=1000000 nodelay;
        proxy_set_header X-Consumer-ID $consumer;
        proxy_set_header X-Forwarded-For $remote_addr; proxy_set_header X-Forwarded-Proto $scheme;` : ''}
        proxy_pass http://up; proxy_http_version 1.1; proxy_set_header Connection "";
      }
    }`, work === 'none' ? 'off' : `${folder}/access.log ${work === 'policies and entry' ? 'entry' : 'line'} buffer=64k flush=1s`);
}
