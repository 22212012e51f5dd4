// http-proxy with a keep-alive agent. PORT, UPSTREAM: ports on the loopback address.
import { Agent, createServer } from 'node:http';
import httpProxy from 'http-proxy';

const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${process.env.UPSTREAM}`, agent: new Agent({ keepAlive: true, maxSockets: 128 }), xfwd: true,
});
createServer((request, response) => proxy.web(request, response)).listen(Number(process.env.PORT), '127.0.0.1');
