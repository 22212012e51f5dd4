// fast-proxy with undici. PORT, UPSTREAM: ports on the loopback address.
import { createServer } from 'node:http';
import fastProxy from 'fast-proxy';

const { proxy } = fastProxy({ base: `http://127.0.0.1:${process.env.UPSTREAM}`, undici: { connections: 128, pipelining: 1 } });
createServer((request, response) => proxy(request, response, request.url, {})).listen(Number(process.env.PORT), '127.0.0.1');
